"""EventBridge in an embedded account: rules that follow a schedule, in lab time.

moto keeps rules and targets; that they fire is ours. A rule with an event pattern is refused.

https://docs.aws.amazon.com/eventbridge/latest/userguide/
"""
