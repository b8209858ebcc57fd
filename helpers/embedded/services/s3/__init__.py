"""S3: moto's, and what access asks of it."""
