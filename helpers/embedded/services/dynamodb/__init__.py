"""DynamoDB: moto's, and what access asks of it."""
