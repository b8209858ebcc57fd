"""Where this package reaches inside moto's SNS, and why: one list.

tests/embedded/test_moto_seams.py asks moto for each of them.
"""

from __future__ import annotations

from helpers.embedded.moto_seams.seams import Reach

REACHES = (
    Reach("moto.sns.models", "sns_backends.backend", "replaced by our subclass"),
    Reach("moto.sns.models", "SNSBackend.create_topic", "kept, with AWS's refusals"),
    Reach("moto.sns.models", "SNSBackend.subscribe", "kept, with AWS's refusals"),
    Reach("moto.sns.models", "SNSBackend.set_subscription_attributes", "kept"),
    Reach("moto.sns.models", "SNSBackend._validate_filter_policy", "some of AWS's refusals"),
    Reach("moto.sns.responses", "SNSResponse.get_topic_attributes", "kept, with counts"),
    Reach("moto.sns.responses", "SNSResponse.publish", "for what is no topic"),
)
