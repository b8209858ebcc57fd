"""What is measured of one checkout: a program, so that another commit can be measured beside this.

python tests/bench/scenarios.py NAME prints its figures as JSON: name to value. It uses nothing of
this repository but `helpers`, which PYTHONPATH may take from another checkout.
"""

from __future__ import annotations

import gc
import io
import json
import os
import resource
import sys
import zipfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import boto3
import botocore.endpoint
from botocore.awsrequest import AWSResponse

from helpers import open_lab

Figures = dict[str, float]

MICRO = 1e6
TRIVIAL = "def handler(event, context): pass"
SLEEPS = "import time\ndef handler(event, context): time.sleep(0.2)"
CALLS = """
import boto3, time
sqs = boto3.client("sqs")
def handler(event, context):
    url = sqs.get_queue_url(QueueName="answers")["QueueUrl"]
    time.sleep(0.1)
    sqs.send_message(QueueUrl=url, MessageBody="seen")
"""
ACCOUNT = "123456789012"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}


# Through boto3


def sending() -> Figures:
    """One message after the other; beside it botocore with an answer that is ready."""
    with open_lab():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]

        def send() -> None:
            sqs.send_message(QueueUrl=url, MessageBody="transaction 1")

        cost, floor = _beside(send, _canned(sqs, send))
    return {
        "send_message, us": cost,
        "botocore alone, us": floor,
        "send / botocore, x": cost / floor,
    }


def by_tens() -> Figures:
    """Each operation on ten messages at once."""
    times: dict[str, list[float]] = {"send": [], "receive": [], "delete": []}
    with open_lab():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        for _ in range(300):
            entries = [
                {"Id": str(each), "MessageBody": f"transaction {each}"} for each in range(10)
            ]
            began = process_time()
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
            sent = process_time()
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            received = process_time()
            sqs.delete_message_batch(QueueUrl=url, Entries=_handles(answer["Messages"]))
            deleted = process_time()
            times["send"].append(sent - began)
            times["receive"].append(received - sent)
            times["delete"].append(deleted - received)
    return {f"{name} ten, us": median(each) * MICRO for name, each in times.items()}


def ten_thousand() -> Figures:
    """10,000 messages sent, received and deleted by tens."""
    with open_lab():
        cpu = send_receive_delete(boto3.client("sqs"), 10_000)
    return {"10,000 by tens, CPU s": cpu}


def send_receive_delete(sqs: Any, messages: int) -> float:
    """CPU seconds of this process."""
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    began = process_time()
    for start in range(0, messages, 10):
        entries = [
            {"Id": str(each), "MessageBody": f"transaction {each}"}
            for each in range(start, start + 10)
        ]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    drained = 0
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        sqs.delete_message_batch(QueueUrl=url, Entries=_handles(batch))
        drained += len(batch)
    assert drained == messages
    return process_time() - began


def _handles(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    return [
        {"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]}
        for number, each in enumerate(messages)
    ]


def _canned(sqs: Any, call: Callable[[], None]) -> Callable[[], None]:
    """The same call, answered where botocore hands over what it has made of it: the floor."""
    kept: list[Any] = []
    make = botocore.endpoint.Endpoint.make_request

    def keep(*given: Any) -> Any:
        kept.append(make(*given))
        return kept[-1]

    botocore.endpoint.Endpoint.make_request = keep
    call()
    botocore.endpoint.Endpoint.make_request = make
    ((http, parsed),) = kept
    assert isinstance(http, AWSResponse)

    def canned() -> None:
        botocore.endpoint.Endpoint.make_request = lambda *_: (http, parsed)
        call()
        botocore.endpoint.Endpoint.make_request = make

    return canned


def _beside(call: Callable[[], None], floor: Callable[[], None]) -> tuple[float, float]:
    """Median microseconds of CPU; the two take turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(1500):
        for each, kept in zip((call, floor), times, strict=True):
            began = process_time()
            each()
            kept.append(process_time() - began)
    return median(times[0]) * MICRO, median(times[1]) * MICRO


# Through a function


def mapping() -> Figures:
    """10,000 messages by tens to a function, from the first send until all are deleted."""
    with open_lab() as lab:
        _deploy(TRIVIAL)
        url = _connected()
        sqs = boto3.client("sqs")
        began, used = perf_counter(), _cpu()
        for _ in range(1000):
            sqs.send_message_batch(
                QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": "x" * 50} for n in range(10)]
            )
        lab.run_until_idle()
        wall = perf_counter() - began
    return {"10,000 to a function, wall s": wall, "... CPU s, processes too": _cpu() - used}


def hour() -> Figures:
    """An hour of 72,000 messages one by one; the handler sleeps 0.2 s."""
    with open_lab() as lab:
        _deploy(SLEEPS)
        queue = _queue_of(lab, _connected())
        began, used = process_time(), _cpu()
        _let_come(lab, queue, 72_000, 50_000)
        own = process_time() - began
    return {"the hour, CPU s": own, "... processes too, CPU s": _cpu() - used}


def memory() -> Figures:
    """What stays of a message that a function has dealt with: trace, logs, metrics.

    Of 200,000 messages, or as many as MESSAGES says.
    """
    messages = int(os.environ.get("MESSAGES", "200000"))
    with open_lab() as lab:
        _deploy(TRIVIAL)
        queue = _queue_of(lab, _connected())
        _let_come(lab, queue, 20_000, 100)
        gc.collect()
        before = _resident()
        _let_come(lab, queue, messages, 100)
        gc.collect()
        each = (_resident() - before) / messages
    return {"stays of a message, bytes": each}


def environments() -> Figures:
    """A thousand at once, or as many as MANY says."""
    many = int(os.environ.get("MANY", "1000"))
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    with open_lab() as lab:
        _deploy(SLEEPS)
        client: Any = boto3.client("lambda")
        client.invoke(FunctionName="function")
        for _ in range(many):
            client.invoke(FunctionName="function", InvocationType="Event")
        began, used, wall = process_time(), _cpu(), perf_counter()
        lab.run_until_idle()
        own, wall = process_time() - began, perf_counter() - wall
        functions: Any = lab._services.functions  # type: ignore[attr-defined]
        pids = [each.pid for pool in functions._functions._warm.values() for each in pool]
        children = [cpu_of(pid) for pid in pids]
        kept = [_private(pid) for pid in pids[::10]]
        assert len(pids) >= many
    return {
        f"{many:,} environments: parent, CPU s": own,
        "... wall s": wall,
        "... each, CPU ms": median(children) * 1000,
        "... each, private MiB": median(kept) / 1024,
        "... in all, CPU s": _cpu() - used,
    }


def own_calls(**options: Any) -> Figures:
    """2,000 invocations one after the other of a handler that sleeps and calls AWS."""
    with open_lab(**options) as lab:
        boto3.client("sqs").create_queue(QueueName="answers")
        _deploy(CALLS)
        queue = _queue_of(lab, _connected())
        _let_come(lab, queue, 20, 200_000)
        wall, used = perf_counter(), _cpu()
        _let_come(lab, queue, 2_000, 200_000)
        wall = perf_counter() - wall
    return {"2,000 that sleep and call, wall s": wall, "... CPU s, processes too": _cpu() - used}


def in_process() -> Figures:
    """The same in this process."""
    return own_calls(environments="in-process")


# What is asked


def listing() -> Figures:
    """list_metrics, when there are 9,000."""
    with open_lab():
        cloudwatch = boto3.client("cloudwatch")
        for start in range(0, 9000, 1000):
            data = [{"MetricName": f"m{each}", "Value": 1} for each in range(start, start + 1000)]
            cloudwatch.put_metric_data(Namespace="bank", MetricData=data)
        began = process_time()
        pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="bank")
        assert sum(len(page["Metrics"]) for page in pages) == 9000
        return {"list_metrics of 9,000, CPU s": process_time() - began}


# With a lab


def _deploy(source: str) -> None:
    iam, code = boto3.client("iam"), io.BytesIO()
    role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    iam.attach_role_policy(RoleName="role", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("code.py", source)
    boto3.client("lambda").create_function(
        FunctionName="function", Role=role["Arn"], Runtime="python3.13", Handler="code.handler",
        Code={"ZipFile": code.getvalue()},
    )  # fmt: skip


def _connected() -> str:
    url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders", FunctionName="function"
    )
    return str(url)


def _queue_of(lab: Any, url: str) -> Any:
    name = url.rpartition("/")[2]
    return next(each for each in lab._services.queues.all() if each.name == name)


def _let_come(lab: Any, queue: Any, messages: int, apart: int) -> None:
    """One by one, `apart` microseconds, without boto3; until all are dealt with."""
    send = _sending().send
    simulation = lab._simulation

    def traffic() -> Any:
        for _ in range(messages):
            send(queue, {"MessageBody": "x" * 50})
            yield simulation.timeout(apart)

    simulation.start(traffic())
    lab.advance(messages * apart / 1e6)
    lab.run_until_idle()


def _sending() -> Any:
    """The module that sends a message; older commits call it otherwise."""
    home = "helpers.embedded.services.sqs"
    name = "send_message" if find_spec(f"{home}.send_message") else "sending"
    return import_module(f"{home}.{name}")


def _cpu() -> float:
    """Of this process and those of its children that have been waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used) + _of_zygote()


def _of_zygote() -> float:
    """CPU of the living children and theirs, as Linux counts it."""
    total = 0.0
    for pid in _descendants(os.getpid()):
        total += cpu_of(pid, with_children=True)
    return total


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_descendants(child)]
    return found


def cpu_of(pid: int, *, with_children: bool = False) -> float:
    """Seconds; of what it waited for, too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = fields[11:15] if with_children else fields[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _private(pid: int) -> int:
    """KiB that the environments do not share with each other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    fields = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return fields["Private_Clean"] + fields["Private_Dirty"]


def _resident() -> int:
    """Bytes."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line) * 1024


SCENARIOS: dict[str, Callable[[], Figures]] = {
    each.__name__: each
    for each in (
        *(sending, by_tens, ten_thousand, mapping, hour, memory, environments),
        *(own_calls, in_process, listing),
    )
}

if __name__ == "__main__":
    os.environ["LAB_PROGRESS"] = "off"
    sys.stdout.write(json.dumps(SCENARIOS[sys.argv[1]]()))
