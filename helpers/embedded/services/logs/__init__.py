"""CloudWatch Logs: what can be searched in log events, and the metrics that they become.

moto keeps the groups, streams and events. Its filters know terms alone and its query language
neither filters nor counts, so both are ours: `patterns` and `insights`.
"""
