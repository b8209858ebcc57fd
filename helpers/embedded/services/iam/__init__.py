"""IAM and STS where moto's do not go far enough: sessions that really open something."""
