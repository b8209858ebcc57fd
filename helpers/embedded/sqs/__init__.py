"""SQS as AWS runs it: moto's API over queues whose cost does not depend on their depth."""

from helpers.embedded.sqs.message import Counters, Counts, Message
from helpers.embedded.sqs.queue import Queue
from helpers.embedded.sqs.queues import Queues

__all__ = ["Counters", "Counts", "Message", "Queue", "Queues"]
