"""An AWS account inside this process: moto for the API and the state, and what moto lacks.

Nothing above this folder knows that moto exists; nothing in it knows the course.
Read it in this order: `clock`, `simulation`, `gateway`, `account`, then the parts
(`sqs`, `runtime`, `event_source`).
"""
