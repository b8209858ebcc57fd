"""Access: who asks, what they want, and whether policies let them.

`documents`, `patterns`, `conditions` read policies; `evaluation` decides by them; `principals`
and `identities` know who asks, `signatures` proves it; `calls` and `wants` say what a request
needs; `resources` and `facts` what stands at the resource and what is known about the request;
`policy_checks` and `puts` what a policy must be where it is put; `denials` refuses in AWS's
words. `Access` puts them together, and `Gate` asks it about every request.
"""

from helpers.embedded.access.access import Access
from helpers.embedded.access.evaluation import Decision
from helpers.embedded.access.explanation import Explanation
from helpers.embedded.access.gate import Gate
from helpers.embedded.access.principals import Principal

__all__ = ["Access", "Decision", "Explanation", "Gate", "Principal"]
