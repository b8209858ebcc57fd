"""SQS as an event source for Lambda: mappings, their pollers, and what a response means.

`mappings` is the API's view, `poller` reads a queue and invokes, `records` builds the event,
`batch_response` decides which messages of a batch are done.
"""
