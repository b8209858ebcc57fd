"""What AWS publishes without being asked: metrics, alarms, and what can be searched in logs.

Nothing here ticks. Queues and functions note cheap facts while things happen (`queue_meter`,
`function_facts`, `mapping_facts`); the datapoints are derived when CloudWatch is asked.
"""
