"""Your own function, rehearsed: in calm weather, in storms, and what is left after each."""
