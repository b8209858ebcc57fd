"""What is rehearsed: a function with its queue, deployed into a fresh account for each run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from helpers.deploying.mappings import create_mapping, wait_for_mapping
from helpers.deploying.packages import MODULE, deploy_function, package_handler
from helpers.deploying.roles import allow, create_role
from helpers.rehearsing.messages import NotRehearsed
from helpers.rehearsing.source_folders import ENTRY, add_installed, zip_folder

if TYPE_CHECKING:
    from helpers.lab import Lab

STACK = "rehearsal"
CODE = "rehearsal-code"
"""The bucket with the code, which is none of the function's."""
QUEUE = "rehearsal-queue"
MAX_RECEIVES = 5
"""AWS's advice for a queue that Lambda polls (LDG services-sqs-configure)."""
POWERTOOLS = "AWSLambdaPowertools", "aws-lambda-powertools"
"""What the name of AWS's public layer begins with, and the package that it holds."""


@cache
def ask(service: str) -> Any:
    """A client. It serves each account in turn: making one anew costs as much as a run's work."""
    return boto3.client(service)


@dataclass(frozen=True)
class Stage:
    """A deployed function and the queue that it reads."""

    function: str
    queue_url: str
    mapping: str
    """Its event source mapping's UUID."""
    timeout: int
    """Seconds, of the function."""
    visibility_timeout: int
    """Seconds, of the queue."""
    batch_size: int
    max_receives: int | None
    """Receives until a message is a dead letter; None: the queue has no dead-letter queue."""
    dead_letter_queue: str | None
    """Its name."""
    keys: tuple[str, ...]
    """Ids of the customer managed KMS keys."""
    names: dict[str, str] = field(default_factory=dict)
    """What things are called in the template, by their names in the account."""

    @property
    def queue(self) -> str:
        return self.queue_url.rpartition("/")[2]

    @property
    def is_fifo(self) -> bool:
        return self.queue.endswith(".fifo")


Deploy = Callable[["Lab"], Stage]
"""Deploys what is rehearsed into an account where nothing is."""


@dataclass(frozen=True)
class Function:
    """Code alone. A queue, a dead-letter queue and a role are made for it.

    The role may do anything: whether permissions suffice is tried with a template.
    """

    name: str
    package: Callable[[], bytes]
    handler: str
    timeout: int = 30
    batch_size: int = 10
    visibility_timeout: int = 0
    """Seconds; 0: six times the function's timeout, as AWS advises."""
    max_receives: int = MAX_RECEIVES
    reports_failures: bool = True
    fifo: bool = False
    variables: tuple[tuple[str, str], ...] = ()
    tables: tuple[str, ...] = ()
    """Of DynamoDB: the name and the key, a text, with a colon between them."""
    topics: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    """To which it sends."""
    prepare: Callable[[], Any] | None = None
    """Called after each deployment: fills tables, say."""

    def __call__(self, lab: Lab) -> Stage:
        self._create_places()
        url, queue_arn = self._create_queues()
        everything = [allow(["*"], "*")]
        role = create_role(
            f"{self.name}-role", "AWSLambdaSQSQueueExecutionRole", "everything", everything
        )
        deploy_function(
            lab, self.name, self.package(), self.handler, role, self.timeout, dict(self.variables)
        )
        reports = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
        create_mapping(
            lab,
            queue_arn,
            self.name,
            BatchSize=self.batch_size,
            **(reports if self.reports_failures else {}),
        )
        if self.visibility_timeout:  # which SQS takes although it is shorter than the timeout
            visible = {"VisibilityTimeout": str(self.visibility_timeout)}
            ask("sqs").set_queue_attributes(QueueUrl=url, Attributes=visible)
        if self.prepare:
            self.prepare()
        return read_stage(lab, self.name)

    def _create_places(self) -> None:
        """What the function works on."""
        for table in self.tables:
            name, _, key = table.partition(":")
            ask("dynamodb").create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key or "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": key or "id", "KeyType": "HASH"}],
            )
        for topic in self.topics:
            ask("sns").create_topic(Name=topic, Attributes=_fifo_if_named_so(topic, "FifoTopic"))
        for queue in self.queues:
            ask("sqs").create_queue(
                QueueName=queue, Attributes=_fifo_if_named_so(queue, "FifoQueue")
            )
        for bucket in self.buckets:
            ask("s3").create_bucket(Bucket=bucket)

    def _create_queues(self) -> tuple[str, str]:
        """URL and ARN of the queue."""
        sqs = ask("sqs")
        suffix, kind = (".fifo", {"FifoQueue": "true"}) if self.fifo else ("", {})
        dead = sqs.create_queue(QueueName=f"rehearsal-dead{suffix}", Attributes=kind)["QueueUrl"]
        policy = {"deadLetterTargetArn": _arn(dead), "maxReceiveCount": self.max_receives}
        visible = max(6 * self.timeout, self.visibility_timeout)
        attributes = {
            "VisibilityTimeout": str(visible),
            "RedrivePolicy": json.dumps(policy),
            **kind,
        }
        url = sqs.create_queue(QueueName=f"{QUEUE}{suffix}", Attributes=attributes)["QueueUrl"]
        return url, _arn(url)


def _fifo_if_named_so(name: str, attribute: str) -> dict[str, str]:
    return {attribute: "true"} if name.endswith(".fifo") else {}


def from_folder(folder: Path, handler: str, stub: Path | None = None, **settings: Any) -> Function:
    """The function whose code lies in a folder, with what its requirements.txt names.

    Args:
        handler: such as "app.handler".
        stub: a module that is imported before the handler, and replaces what calls other hosts.
        settings: as the fields of `Function`.
    """
    name = re.sub(r"[^\w-]", "-", folder.resolve().name) or "function"
    entry = f"{ENTRY}.{handler.rpartition('.')[2]}" if stub else handler
    package = cache(lambda: zip_folder(folder, stub, handler))
    return Function(name, package, entry, **settings)


def from_cell(
    handler: Callable[[Any, Any], Any], packages: Sequence[str] = (), **settings: Any
) -> Function:
    """The function that a notebook cell defines, from the cell's top to the handler's end.

    Args:
        packages: installed packages that it imports besides boto3.
        settings: as the fields of `Function`.

    Raises:
        ValueError: it is no function of a cell.
    """
    code = add_installed(package_handler(handler), packages)
    return Function("function", lambda: code, f"{MODULE}.{handler.__name__}", **settings)


@dataclass(frozen=True)
class Template:
    """A CloudFormation or SAM template with its code beside it."""

    path: Path
    function: str | None = None
    """The logical id of the function; None: the only one that reads a queue."""
    parameters: tuple[tuple[str, str], ...] = ()
    stub: Path | None = None
    prepare: Callable[[], Any] | None = None
    _processed: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The template after its transforms, which are applied once."""

    @cached_property
    def _packed(self) -> tuple[str, dict[str, bytes]]:
        """The template with its code in the bucket, and what is to be put there."""
        document = self._read()
        objects: dict[str, bytes] = {}
        everything = document.get("Globals", {}).get("Function", {})
        for name, resource in document["Resources"].items():
            if isinstance(resource, dict):
                _pack(self, name, resource, everything, objects)
        everything.pop("CodeUri", None)
        if isinstance(everything.get("Layers"), list):
            everything["Layers"] = [each for each in everything["Layers"] if not _is_public(each)]
        return json.dumps(document, default=str), objects

    def _read(self) -> dict[str, Any]:
        from samtranslator.yaml_helper import yaml_parse

        try:
            document = yaml_parse(self.path.read_text(encoding="utf-8"))
        except Exception as error:
            raise NotRehearsed(f"{self.path} cannot be read as a template: {error}") from None
        if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
            raise NotRehearsed(f"{self.path} is no template: it has no Resources.")
        return document

    def __call__(self, lab: Lab) -> Stage:
        body, objects = self._packed
        s3 = ask("s3")
        s3.create_bucket(Bucket=CODE)
        for key, content in objects.items():
            s3.put_object(Bucket=CODE, Key=key, Body=content)
        cloudformation = ask("cloudformation")
        try:
            cloudformation.create_stack(
                StackName=STACK,
                TemplateBody=self._processed.get("body", body),
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": text} for key, text in self.parameters
                ],
                Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            )
        except ClientError as error:
            raise NotRehearsed(
                f"AWS refuses the template: {error.response['Error']['Message']}"
            ) from None
        status = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        if status != "CREATE_COMPLETE":
            raise NotRehearsed(f"The template was not deployed. {_why_not(cloudformation)}")
        if not self._processed:
            found = cloudformation.get_template(StackName=STACK, TemplateStage="Processed")
            self._processed["body"] = json.dumps(found["TemplateBody"])
        names = {
            each["PhysicalResourceId"]: each["LogicalResourceId"]
            for each in cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
        }
        if self.prepare:
            self.prepare()
        return read_stage(lab, self._chosen(names), names)

    def _chosen(self, names: dict[str, str]) -> str:
        readers = {
            str(each["FunctionArn"]).split(":")[6]
            for each in ask("lambda").list_event_source_mappings()["EventSourceMappings"]
            if ":sqs:" in each.get("EventSourceArn", "")
        }
        known: dict[str, str] = {names.get(each, each): each for each in sorted(readers)}
        if self.function is None and len(known) == 1:
            return next(iter(known.values()))
        if self.function is not None and self.function in known:
            return known[self.function]
        if self.function in names.values():
            raise NotRehearsed(f"{self.function} reads no queue: no event source mapping names it.")
        asked = f"There is no function {self.function}" if self.function else "Which function"
        raise NotRehearsed(
            f"{asked}? Choose with --function one that reads a queue: "
            f"{', '.join(known) or 'the template has none'}."
        )


def read_stage(lab: Lab, function: str, names: dict[str, str] | None = None) -> Stage:
    """What is deployed, as the account has it.

    Raises:
        NotRehearsed: the function reads no queue, or more than one.
    """
    functions, sqs = ask("lambda"), ask("sqs")
    found = [
        each
        for each in functions.list_event_source_mappings(FunctionName=function)[
            "EventSourceMappings"
        ]
        if ":sqs:" in each.get("EventSourceArn", "")
    ]
    if len(found) != 1:
        raise NotRehearsed(f"{function} reads {len(found)} queues; a rehearsal needs one.")
    (mapping,) = found
    wait_for_mapping(lab, mapping["UUID"])
    url = sqs.get_queue_url(QueueName=mapping["EventSourceArn"].rpartition(":")[2])["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    redrive = json.loads(attributes.get("RedrivePolicy") or "{}")
    configuration = functions.get_function_configuration(FunctionName=function)
    return Stage(
        function=function,
        queue_url=url,
        mapping=mapping["UUID"],
        timeout=int(configuration["Timeout"]),
        visibility_timeout=int(attributes["VisibilityTimeout"]),
        batch_size=int(mapping["BatchSize"]),
        max_receives=int(redrive["maxReceiveCount"]) if redrive else None,
        dead_letter_queue=redrive["deadLetterTargetArn"].rpartition(":")[2] if redrive else None,
        keys=_customer_keys(),
        names=names or {},
    )


def _customer_keys() -> tuple[str, ...]:
    kms = ask("kms")
    found = [each["KeyId"] for each in kms.list_keys()["Keys"]]
    described = [kms.describe_key(KeyId=each)["KeyMetadata"] for each in found]
    return tuple(
        each["KeyId"]
        for each in described
        if each["KeyManager"] == "CUSTOMER" and each["KeyState"] == "Enabled"
    )


def _arn(url: str) -> str:
    found = ask("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(found["Attributes"]["QueueArn"])


def _why_not(cloudformation: Any) -> str:
    """The first resource that was refused, and AWS's words."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=STACK)
    failed = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for page in pages
        for event in page["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
        and "cancelled" not in event.get("ResourceStatusReason", "")
    ]
    return failed[-1] if failed else ""


# What `aws cloudformation package` and `sam build` do


def _pack(
    template: Template,
    name: str,
    resource: dict[str, Any],
    everything: dict[str, Any],
    objects: dict[str, bytes],
) -> None:
    """Put the code of a resource into the bucket, if it lies beside the template."""
    kind, properties = resource.get("Type"), resource.setdefault("Properties", {})
    base, extra = template.path.parent, _take_public_layers(properties, everything)
    is_rehearsed = template.function in (None, name)
    if kind == "AWS::Serverless::Function" and "InlineCode" not in properties:
        place = properties.get("CodeUri", everything.get("CodeUri", "."))
        if isinstance(place, str) and not place.startswith("s3://"):
            stub = template.stub if is_rehearsed else None
            handler = properties.get("Handler", everything.get("Handler", ""))
            key = _store(base, place, name, objects, stub, handler, extra)
            properties["CodeUri"] = f"s3://{CODE}/{key}"
            if stub:
                properties["Handler"] = f"{ENTRY}.{handler.rpartition('.')[2]}"
    elif kind == "AWS::Lambda::Function" and isinstance(place := properties.get("Code"), str):
        key = _store(base, place, name, objects, extra=extra)
        properties["Code"] = {"S3Bucket": CODE, "S3Key": key}
    elif kind == "AWS::Serverless::LayerVersion" and isinstance(
        place := properties.get("ContentUri"), str
    ):
        properties["ContentUri"] = f"s3://{CODE}/{_store(base, place, name, objects)}"
    elif kind == "AWS::Lambda::LayerVersion" and isinstance(
        place := properties.get("Content"), str
    ):
        key = _store(base, place, name, objects)
        properties["Content"] = {"S3Bucket": CODE, "S3Key": key}


def _store(
    base: Path,
    place: str,
    name: str,
    objects: dict[str, bytes],
    stub: Path | None = None,
    handler: str = "",
    extra: tuple[str, ...] = (),
) -> str:
    path = base / place
    if path.is_dir():
        objects[f"{name}.zip"] = zip_folder(path, stub, handler, extra)
    elif path.is_file():
        objects[f"{name}.zip"] = path.read_bytes()
    else:
        raise NotRehearsed(f"{name}: there is no code at {path}.")
    return f"{name}.zip"


def _take_public_layers(properties: dict[str, Any], everything: dict[str, Any]) -> tuple[str, ...]:
    """Take AWS's layer with Powertools from a function; the package to put into its code."""
    listed = [*(properties.get("Layers") or []), *(everything.get("Layers") or [])]
    if isinstance(properties.get("Layers"), list):
        properties["Layers"] = [each for each in properties["Layers"] if not _is_public(each)]
    return (POWERTOOLS[1],) if any(map(_is_public, listed)) else ()


def _is_public(layer: Any) -> bool:
    return POWERTOOLS[0] in json.dumps(layer)
