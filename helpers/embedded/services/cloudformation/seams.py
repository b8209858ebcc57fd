"""Where this package reaches inside moto, and why: one list.

moto's CloudFormation itself is not used. tests/embedded/test_moto_seams.py asks moto for each.
"""

from __future__ import annotations

from helpers.embedded.moto_seams.seams import Reach

REACHES = (
    Reach("moto.core.responses", "BaseResponse._dispatch", "reads and answers requests"),
    Reach("moto.core.responses", "BaseResponse._get_action", "names the operation"),
    Reach("moto.core.responses", "BaseResponse.parse_parameters", "reads the query protocol"),
)
