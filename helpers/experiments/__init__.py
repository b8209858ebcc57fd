"""What is tried on queues and functions, and measured: one experiment a module."""
