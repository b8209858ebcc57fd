"""Where this package reaches inside moto's KMS, and why: one list.

tests/embedded/test_moto_seams.py asks moto for each of them, so that a new moto which moved one
fails there, by name. Seams that concern all of moto stand in helpers.embedded.moto_seams.seams.
"""

from __future__ import annotations

from helpers.embedded.moto_seams.seams import Reach

REACHES = (
    Reach(
        "moto.kms.models",
        "kms_backends.backend",
        "replaced: the class that moto makes a Region's backend of",
    ),
    Reach("moto.kms.models", "generate_private_key", "not called: it makes an RSA key each time"),
    Reach("moto.kms.models", "generate_key_id", "replaced: ids of multi-Region keys"),
    Reach("moto.kms.models", "Key.to_dict", "kept by our subclass; it adds what is missing"),
    Reach("moto.kms.models", "KmsBackend.get_key_id_from_alias", "replaced: AWS managed keys"),
    Reach("moto.kms.models", "KmsBackend.create_alias", "kept, as are all aliases"),
    Reach("moto.kms.models", "KmsBackend.schedule_key_deletion", "kept: the state and the date"),
    Reach("moto.kms.models", "KmsBackend.delete_key", "kept: called when the date has come"),
    Reach("moto.kms.models", "KmsBackend.list_key_rotations", "kept; it reads Key.rotations"),
    Reach("moto.kms.responses", "KmsResponse._get_param", "replaced: parameters are read once"),
    Reach("moto.kms.responses", "KmsResponse._validate_key_id", "replaced: keys are found first"),
    Reach("moto.kms.responses", "KmsResponse._validate_cmk_id", "replaced: keys are found first"),
    Reach("moto.kms.utils", "RESERVED_ALIASES", "the services with a key of their own"),
    Reach("moto.core.responses", "BaseResponse.call_action", "extended: the key is found first"),
)
