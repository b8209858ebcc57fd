"""The account's services, a folder each. Adding a service is adding a folder.

`registry` finds them, `parts` is what they find in the account. `own_api` is for services of which
nothing is moto's; `event_patterns` and `pattern_operators` are the language of filters, which SNS,
EventBridge and Lambda share.
"""
