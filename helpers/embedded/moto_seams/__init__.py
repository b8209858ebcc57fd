"""moto as a library: what of it is replaced while an account is open, and by which one way."""
