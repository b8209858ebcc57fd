"""Lambda functions really run here: one Python process per execution environment, no Docker.

`messages` is what the two sides say to each other. In the account: `environments` (processes),
`invocations` (one function call in lab time), `functions` (the Lambda service). In the process:
`worker` (the loop), `handlers` (the function's code), `lab_time` (its clock).
"""
