"""How large a request, an answer and a package may be, as AWS says it.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import os

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, invoke, zip_code

MEGABYTE = 1 << 20


def refused(payload: bytes, kind: str) -> tuple[str, int]:
    with pytest.raises(ClientError) as refusal:
        boto3.client("lambda").invoke(FunctionName="function", InvocationType=kind, Payload=payload)
    answer = refusal.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def text_of(size: int) -> bytes:
    """A JSON document of so many bytes."""
    return b'"' + b"a" * (size - 2) + b'"'


def test_a_function_is_invoked_with_six_megabytes_at_once_and_with_one_later(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy("def handler(event, context): return len(event)")
    client, too_large = boto3.client("lambda"), ("RequestTooLargeException", 413)
    for kind, most in ("RequestResponse", 6 * MEGABYTE), ("Event", MEGABYTE):
        client.invoke(FunctionName="function", InvocationType=kind, Payload=text_of(most))
        assert refused(text_of(most + 1), kind) == too_large
    lab.run_until_idle()


@pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
@pytest.mark.parametrize("payload", [b"\x99\xeb", b"{", b"'single'", b"[" * 5000])
def test_what_is_no_json_is_no_event(deploy: Deploy, kind: str, payload: bytes) -> None:
    deploy("def handler(event, context): return event")
    assert refused(payload, kind) == ("InvalidRequestContentException", 400)


def test_an_answer_over_six_megabytes_is_the_function_s_error(deploy: Deploy) -> None:
    deploy("def handler(event, context): return 'a' * event")
    answer = invoke("function", 6_291_557)
    assert answer["error"] == "Unhandled"
    assert answer["result"]["errorType"] == "Function.ResponseSizeTooLarge"
    assert answer["result"]["errorMessage"].startswith("Response payload size exceeded maximum")
    assert invoke("function", 6_000_000)["error"] is None


def test_a_package_that_comes_with_a_request_is_under_fifty_megabytes(deploy: Deploy) -> None:
    """Recorded: test_oversized_zipped_create_lambda."""
    deploy("def handler(event, context): return event")
    client = boto3.client("lambda")
    limits = client.get_account_settings()["AccountLimit"]
    package = zip_code(code="") + os.urandom(limits["CodeSizeZipped"])
    with pytest.raises(ClientError) as refusal:
        client.update_function_code(FunctionName="function", ZipFile=package)
    assert refusal.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert str(limits["CodeSizeZipped"]) in refusal.value.response["Error"]["Message"]


def test_what_is_in_the_way_of_a_dead_letter_target_is_said_when_it_is_set(
    deploy: Deploy,
) -> None:
    deploy("def handler(event, context): return event")
    for target in (
        "arn:aws:lambda:us-east-1:123456789012:function:function",
        "arn:aws:events:us-east-1:123456789012:event-bus/default",
        "arn:aws:sqs:us-east-1:123456789012:queue.fifo",
    ):
        with pytest.raises(ClientError) as refusal:
            boto3.client("lambda").update_function_configuration(
                FunctionName="function", DeadLetterConfig={"TargetArn": target}
            )
        assert refusal.value.response["Error"]["Code"] == "InvalidParameterValueException"
        assert target in str(refusal.value)
