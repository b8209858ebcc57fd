"""The bank as one CloudFormation stack: data/template.yaml, deployed, read and deleted.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks.html
"""

from __future__ import annotations

import hashlib
import re
import textwrap
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from helpers.aws.door import name_behind
from helpers.bank import keys, ledger, receiver, sender
from helpers.bank.pipeline import Bank
from helpers.data_files import find_data
from helpers.deploying import tags
from helpers.deploying.packages import build_package, find_variables
from helpers.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

STACK = "banking"
TEMPLATE = find_data("template.yaml")
SECRETS = ("ReceiverSecret", "SenderSecret")
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")
PAUSE = 5
"""Seconds between two looks at what CloudFormation does. In the embedded account it is done when
the call comes back."""
COLUMNS = 95
"""How wide a sentence of AWS is told."""
NAME_TAKEN = 60
"""Seconds for which SQS does not give the name of a deleted queue again (API DeleteQueue)."""

Parameters = list[dict[str, Any]]


class StackFailed(RuntimeError):
    """The stack is not what the template says: CloudFormation undid it, and says why."""


@dataclass(frozen=True)
class Stack:
    """The bank that a stack has made, and what watches over it."""

    name: str
    bank: Bank
    key_alias: str
    receiver_role: str
    sender_role: str
    alerts_arn: str
    alarm: str


def deploy_stack(lab: Lab, name: str = STACK, *, anew: bool = False) -> Stack:
    """Deploy the bank, or bring it up to date: run twice, it is the same stack.

    It takes two deployments. The first makes the key; then KMS makes the signing secret and seals
    it for each of the two functions, as nobody could before; the second gives it to them and lets
    Lambda poll the queue.

    Args:
        anew: delete a stack of this name first, with its messages and bookings.

    Raises:
        StackFailed: with the name of the resource that was refused, and AWS's words.
        ValueError: there is a stack of this name that the course did not make.
    """
    found = _find_stack(name)
    if found and not tags.is_ours(found["Tags"]):
        raise ValueError(f"The stack {name} is not the course's. Choose another name.")
    if found and (anew or found["StackStatus"] == "ROLLBACK_COMPLETE"):
        delete_stack(lab, name)  # With a rolled-back one nothing else can be done (UpdateStack)
        found = None
    code = _upload_code(name)
    if found is None:
        _deploy("create", name, code)
    outputs = read_outputs(name)
    _deploy("update", name, code + _secrets(outputs))
    ledger.open_accounts(ledger.read_accounts(), outputs["Ledger"])
    return _as_stack(name, outputs)


def find_state(name: str = STACK) -> str | None:
    """What CloudFormation says of the stack, such as CREATE_COMPLETE; None: there is none."""
    found = _find_stack(name)
    return str(found["StackStatus"]) if found else None


def read_outputs(name: str = STACK) -> dict[str, str]:
    """What the template's section Outputs tells of a stack.

    Raises:
        LookupError: there is no such stack.
    """
    found = _find_stack(name)
    if found is None:
        raise LookupError(f"There is no stack {name}. Run the cell that deploys it first.")
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}


def read_resources(name: str = STACK) -> pd.DataFrame:
    """What the stack consists of.

    Returns:
        Index resource, by its name in the template; columns type, and name, which it has in the
        account.

    Raises:
        LookupError: there is no such stack.
    """
    import pandas as pd

    read_outputs(name)
    found = boto3.client("cloudformation").describe_stack_resources(StackName=name)
    rows = {
        # A queue is known by its URL: its name stands at the end.
        each["LogicalResourceId"]: (
            each["ResourceType"],
            re.sub("^https://.*/", "", each["PhysicalResourceId"]),
        )
        for each in found["StackResources"]
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["type", "name"])
    return frame.rename_axis("resource").sort_index()


def try_change(old: str, new: str, name: str = STACK) -> str:
    """Update the stack to the course's template with one text in place of another; its state
    then, and why CloudFormation undid the change, if it did. An earlier change is undone first.

    Raises:
        LookupError: there is no such stack.
        ValueError: the template has no such text.
        ClientError: AWS sees before it begins that this is no template.
    """
    read_outputs(name)
    if old not in (template := _read_template()):
        raise ValueError(f"The template has no {old!r}.")
    known = (_find_stack(name) or {}).get("Parameters", [])
    kept = [{"ParameterKey": each["ParameterKey"], "UsePreviousValue": True} for each in known]
    _deploy("update", name, kept)
    try:
        _deploy("update", name, kept, template.replace(old, new))
    except StackFailed:
        return f"{find_state(name)}\n{textwrap.fill(find_failure(name), COLUMNS)}"
    return str(find_state(name))


def find_failure(name: str = STACK) -> str:
    """The resource that was refused last, and why; nothing if none was.

    What a stack takes back after that is not its failure.
    """
    pages = boto3.client("cloudformation").get_paginator("describe_stack_events")
    for page in pages.paginate(StackName=name):
        for event in page["StackEvents"]:  # The newest first
            failed = event["ResourceStatus"] in ("CREATE_FAILED", "UPDATE_FAILED")
            # The others of a deployment are cancelled for the sake of the one that failed.
            if failed and "cancelled" not in event.get("ResourceStatusReason", ""):
                return f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
    return ""


def delete_stack(lab: Lab, name: str = STACK) -> bool:
    """Delete the stack with everything in it, and the bucket with its code, if the course made
    them. The key waits for its deletion for 30 days. Time passes until all names are free.

    Raises:
        StackFailed: something could not be deleted.
    """
    cloudformation, found = boto3.client("cloudformation"), _find_stack(name)
    _delete_bucket(_bucket_of(name))
    if found is None or not tags.is_ours(found["Tags"]):
        return False
    cloudformation.delete_stack(StackName=name)
    _wait(name, str(found["StackId"]))
    lab.advance(seconds=NAME_TAKEN)
    return True


def _find_stack(name: str) -> dict[str, Any] | None:
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in error.response["Error"]["Message"]:
            raise
        return None
    return dict(found[0])


def _read_template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def _deploy(verb: str, name: str, parameters: Parameters, template: str = "") -> None:
    """Create or update the stack, by default to the course's template, and wait for its end."""
    cloudformation = boto3.client("cloudformation")
    call = cloudformation.create_stack if verb == "create" else cloudformation.update_stack
    try:
        answer = call(
            StackName=name,
            TemplateBody=template or _read_template(),
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM"],  # The template makes roles, and we know it
            Tags=tags.AS_LIST,
        )
    except ClientError as error:
        if "No updates are to be performed" in error.response["Error"]["Message"]:
            return
        raise
    _wait(name, str(answer["StackId"]))


def _wait(name: str, stack_id: str) -> None:
    """Wait until CloudFormation is done with the stack, with a bar where that takes long.

    Raises:
        StackFailed: it did not do what it was asked for.
    """
    status, began = "", time.monotonic()
    with Progress(None, lambda: status, "s") as progress:
        while (status := find_state(stack_id) or "DELETE_COMPLETE").endswith("_IN_PROGRESS"):
            progress(time.monotonic() - began)
            time.sleep(PAUSE)
    if status not in DONE:
        raise StackFailed(f"{name} was not deployed. {find_failure(stack_id)}")


def _secrets(outputs: dict[str, str]) -> Parameters:
    """The secrets that the functions have, or a new one, sealed for each of them."""
    functions = outputs["Receiver"], outputs["Sender"]
    if all(find_variables(each).get("SIGNING_SECRET") for each in functions):
        return [{"ParameterKey": key, "UsePreviousValue": True} for key in SECRETS]
    secret = keys.create_secret(outputs["KeyArn"], functions[0])
    resealed = keys.reseal_secret(secret, outputs["KeyArn"], *functions)
    return _parameters(dict(zip(SECRETS, (secret, resealed), strict=True)))


def _parameters(values: dict[str, str]) -> Parameters:
    return [{"ParameterKey": key, "ParameterValue": text} for key, text in values.items()]


def _as_stack(name: str, outputs: dict[str, str]) -> Stack:
    bank = Bank(
        key_arn=outputs["KeyArn"],
        queue_url=outputs["QueueUrl"],
        queue_arn=outputs["QueueArn"],
        dead_letter_queue_url=outputs["DeadLetterQueueUrl"],
        dead_letter_queue_arn=outputs["DeadLetterQueueArn"],
        ledger=outputs["Ledger"],
        receiver=outputs["Receiver"],
        sender=outputs["Sender"],
        mapping=outputs["Mapping"],
    )
    return Stack(
        name,
        bank,
        outputs["KeyAlias"],
        outputs["ReceiverRole"],
        outputs["SenderRole"],
        outputs["AlertsArn"],
        outputs["Alarm"],
    )


# The bucket with the code


def _upload_code(name: str) -> Parameters:
    """Put both packages into the stack's bucket; where they are, as parameters of the template.

    A package's key is the hash of its content: CloudFormation sees new code by its new key.
    """
    s3, bucket = boto3.client("s3"), _bucket_of(name)
    _create_bucket(bucket)
    values = {"CodeBucket": bucket}
    for part, files in (("Receiver", receiver.FILES), ("Sender", sender.FILES)):
        package = build_package(files)
        key = f"{part.lower()}-{hashlib.sha256(package).hexdigest()[:16]}.zip"
        s3.put_object(Bucket=bucket, Key=key, Body=package)
        values[f"{part}CodeKey"] = key
    return _parameters(values)


def _bucket_of(name: str) -> str:
    """The names of buckets are shared by everybody who uses AWS: ours has the account's number."""
    account = boto3.client("sts").get_caller_identity()["Account"]
    return name_behind(f"{name.lower()}-code-{account}-{boto3.client('s3').meta.region_name}")


def _create_bucket(bucket: str) -> None:
    """Make the bucket, unless it is there."""
    s3 = boto3.client("s3")
    region = s3.meta.region_name
    # us-east-1 alone must not be named (API CreateBucket).
    place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else place))
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags.AS_LIST})


def _delete_bucket(bucket: str) -> None:
    """Delete the bucket and what is in it, if the course made it."""
    s3 = boto3.client("s3")
    try:
        if not tags.is_ours(s3.get_bucket_tagging(Bucket=bucket)["TagSet"]):
            return
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchBucket", "NoSuchTagSet"):
            raise
        return
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        if listed := page.get("Contents"):
            objects = [{"Key": each["Key"]} for each in listed]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    s3.delete_bucket(Bucket=bucket)
