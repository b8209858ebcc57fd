"""Invocations in lab time, and the execution environments they run in, seen from the account."""
