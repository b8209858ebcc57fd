"""KMS as AWS runs it: moto keeps aliases, policies and tags; the keys really encrypt."""
