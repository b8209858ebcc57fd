"""Access: who asks, what they want, and whether policies let them.

`documents`, `patterns`, `conditions` and `keys` read policies; `evaluation` and `crossing` decide
by them; `principals` and `identities` know who asks, `signatures` proves it; `calls`, `wants` and
`given` say what a request needs and tells; `resources`, `tags` and `facts` what stands at the
resource and what is known about the request; `policy_checks` and `puts` what a policy must be
where it is put, `session_rules` and `function_rules` what a session and a function's role must
be; `denials` refuses, in the `wording` of AWS. `Access` puts them together, and `Gate` asks it
about every request.
"""
