"""Execution environments inside the account's own process: one greenlet each, one world each."""
