"""Logs Insights: a part of its query language, and a refusal by name of the rest.

`syntax` reads a query, `rows` are log events with their discovered fields, `functions` and
`commands` say what it means, `query` runs it.
"""
