"""An AWS account inside this process: moto for the API and the state, and what moto lacks.

Nothing above this folder knows that moto exists; nothing in it knows the course. README.md beside
this file is its front page.
"""
