"""The course against ministack, an implementation of AWS by other people, in real time.

`make parity` runs every notebook, `make test` a short part. What ministack does differently from
AWS is listed in `differences.py`, with the page of AWS that says who is right.
"""
