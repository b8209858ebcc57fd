"""Where this package reaches inside moto's IAM and STS, and why: one list.

tests/embedded/test_moto_seams.py asks moto for each of them, so that a new moto which moved one
fails there, by name. Seams that concern all of moto stand in helpers.embedded.moto_seams.seams.
"""

from __future__ import annotations

from helpers.embedded.moto_seams.seams import Reach

REACHES = (
    Reach("moto.iam.models", "IAMBackend.create_temp_access_key", "kept: tells moto the account"),
    Reach("moto.iam.models", "IAMBackend.get_user", "kept, as are all users"),
    Reach("moto.iam.models", "IAMBackend._init_aws_policies", "called once for all accounts"),
    Reach("moto.iam.models", "IAMBackend._init_managed_policies", "called: AWS's, by their ARNs"),
    Reach("moto.core.config", "default_user_config", "changed while AWS's policies are read"),
    Reach("moto.iam.responses", "IamResponse._get_param", "extended: users mean themselves"),
    Reach("moto.iam.responses", "IamResponse.create_user", "extended: permissions boundaries"),
    Reach("moto.iam.responses", "IamResponse.create_role", "extended: the boundary is checked"),
    Reach(
        "moto.iam.responses",
        "IamResponse.put_role_permissions_boundary",
        "extended: the boundary is checked",
    ),
    Reach("moto.sts.models", "AssumedRole", "extended: it is whoever holds the credentials"),
    Reach(
        "moto.sts.models",
        "STSBackend.get_assumed_role_from_access_key",
        "kept: finds the sessions of an account",
    ),
    Reach("moto.sts.responses", "TokenResponse.assume_role", "replaced: sessions that open more"),
)
