"""SQS as AWS runs it, over queues whose cost does not depend on their depth."""
