"""Where this package reaches inside moto's SQS, and why: one list.

tests/embedded/test_moto_seams.py asks moto for each of them, so that a new moto which moved one
fails there, by name. Seams that concern all of moto stand in helpers.embedded.moto_seams.seams.
"""

from __future__ import annotations

from helpers.embedded.moto_seams.seams import Reach

REACHES = (
    Reach(
        "moto.sqs.models",
        "sqs_backends.backend",
        "replaced: the class that moto makes a Region's backend of, for SNS too",
    ),
    Reach("moto.sqs.models", "SQSBackend.tag_queue", "kept by our subclass"),
    Reach("moto.core.parse", "QueryParser", "reads the query protocol"),
    Reach("moto.core.serialize", "get_serializer_class", "writes it, and all errors"),
    Reach("moto.sqs.models", "SQSBackend.add_permission", "kept; it edits Queue._policy_json"),
    Reach("moto.sqs.models", "Queue.add_message", "replaced: it would invoke functions"),
    Reach("moto.sqs.models", "Queue.url", "kept by our subclass"),
    Reach("moto.sqs.models", "DEFAULT_SENDER_ID", "who sends when nobody known to IAM does"),
    Reach("moto.moto_api._internal", "mock_random.uuid4", "ids that repeat with the lab's seed"),
)
