"""course-refuser: a function that fails whenever it is invoked, to see who invokes it again."""


def handler(event: object, context: object) -> None:
    """Leave a line in the log, and fail."""
    print("invoked")
    raise ValueError("told to fail")
