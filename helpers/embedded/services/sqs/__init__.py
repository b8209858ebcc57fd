"""SQS as AWS runs it: moto's API over queues whose cost does not depend on their depth."""
