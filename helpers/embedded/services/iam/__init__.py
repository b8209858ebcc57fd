"""IAM where moto's does not go far enough: users who mean themselves, boundaries that hold."""
