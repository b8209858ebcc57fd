"""KMS where moto's is a fake: real RSA, key states, and the encryption of queues."""
