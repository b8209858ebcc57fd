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
    Reach("moto.sqs.models", "SQSBackend.list_queues", "kept by our subclass, as are tags"),
    Reach("moto.sqs.models", "SQSBackend.add_permission", "kept; it edits Queue._policy_json"),
    Reach("moto.sqs.models", "Queue.add_message", "replaced: it would invoke functions"),
    Reach("moto.sqs.models", "Queue.url", "kept by our subclass"),
    Reach("moto.sqs.models", "DEFAULT_SENDER_ID", "who sends when nobody known to IAM does"),
    Reach("moto.sqs.responses", "SQSResponse.get_queue_attributes", "kept by our subclass"),
    Reach("moto.sqs.responses", "SQSResponse._get_queue_name", "the queue that a request names"),
    Reach("moto.core.responses", "BaseResponse._dispatch", "reads a request and calls our methods"),
    Reach("moto.core.responses", "BaseResponse.serialized", "replaced for answers in JSON"),
    Reach("moto.core.responses", "PaginatedResult", "its answers are left to moto"),
    Reach("moto.moto_api._internal", "mock_random.uuid4", "ids that repeat with the lab's seed"),
)
