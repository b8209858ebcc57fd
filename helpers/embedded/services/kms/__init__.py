"""KMS as AWS runs it: moto's API and records of keys, with key material that really encrypts."""
