"""Alarms: a metric or an expression against a threshold, every minute of lab time.

`verdict` holds the rules, `wording` what AWS says about them, `alarm` the state of one alarm,
`watch` evaluates all of them as time passes, `actions` tells SNS topics.
"""
