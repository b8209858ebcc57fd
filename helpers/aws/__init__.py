"""A real account behind boto3: asked for by name, confirmed by its number, left as it was found.

It speaks boto3 only and knows nothing of the course.
"""
