"""CloudWatch: metrics, alarms and dashboards.

Nothing here ticks but alarms, while there are any. Queues and functions note cheap facts while
things happen (`published`); datapoints are made of them when somebody asks.
"""
