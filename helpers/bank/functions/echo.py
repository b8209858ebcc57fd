"""Answers with the event it was given: to see whether functions run at all."""


def handler(event: object, context: object) -> object:
    """The event, unchanged."""
    return event
