"""What the tags and the aliases of a key may be called."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.config import Config

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.services.kms.conftest import create_key, error
from tests.embedded.services.sqs.conftest import refusal


@pytest.fixture
def raw(lab: EmbeddedAccount) -> Any:
    """A client that sends what botocore would refuse."""
    import boto3

    return boto3.client("kms", config=Config(parameter_validation=False))


LONG = "1 validation error detected: Value '{}' at 'tags.{}.member.{}' failed to satisfy "
LONG += "constraint: Member must have length less than or equal to {}"
BAD_TAGS = [
    ([("a", "1"), ("a", "2")], "TagException", "Duplicate tag keys"),
    ([(f"key{n}", "x") for n in range(51)], "TagException", "Too many tags"),
    ([("aws:key1", "x")], "TagException", "Tags beginning with aws: are reserved"),
    ([("AWS:key1", "x")], "TagException", "Tags beginning with aws: are reserved"),
    ([("k" * 129, "x")], "ValidationException", LONG.format("k" * 129, 1, "tagKey", 128)),
    (
        [("a", "1"), ("b", "v" * 257)],
        "ValidationException",
        LONG.format("v" * 257, 2, "tagValue", 256),
    ),
]


@pytest.mark.parametrize(("tags", "code", "told"), BAD_TAGS)
def test_tags_that_no_key_can_have(
    raw: Any, tags: list[tuple[str, str]], code: str, told: str
) -> None:
    """Recorded: test_create_key_with_too_many_tags_raises_error and its neighbours."""
    asked = {"Tags": [{"TagKey": key, "TagValue": text} for key, text in tags]}
    assert error(refusal(raw.create_key, **asked)) == (code, told)
    key = create_key(raw)
    assert error(refusal(raw.tag_resource, KeyId=key, **asked)) == (code, told)
    assert raw.list_resource_tags(KeyId=key)["Tags"] == []


def test_aliases_of_aws_are_not_for_others(kms: Any) -> None:
    """API CreateAlias."""
    key = create_key(kms)
    for operation in (kms.create_alias, kms.update_alias):
        refused = refusal(operation, AliasName="alias/aws/mine", TargetKeyId=key)
        assert error(refused) == ("NotAuthorizedException", "")
