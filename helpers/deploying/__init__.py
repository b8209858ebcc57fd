"""Building blocks of any function: its package, role, mapping, tags and invocations."""
