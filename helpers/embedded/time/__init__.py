"""Lab time: its clock, the order of all that happens later, and the record of what happened."""
