"""The teacher's book, made from the notebooks and their checks: it says what they say."""
