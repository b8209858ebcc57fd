"""Lambda functions really run here: one Python process per execution environment, no Docker.

In this folder stands the API: functions, versions, aliases, layers, permissions. `event_source` is
the poller that Lambda runs for a queue, `execution` one invocation in lab time and the environments
seen from the account, `process` what runs inside an environment. `execution.messages` is what the
two sides say to each other.
"""
