"""What AWS publishes without being asked: metrics, alarms, and what can be searched in logs.

Nothing here ticks but alarms, while there are any. Queues and functions note cheap facts while
things happen (`queue_meter`, `function_facts`, `mapping_facts`, `logs.log_metrics`); datapoints
are made of them when CloudWatch is asked.
"""
