"""The notebooks as they run with LAB=aws, on an account that also has other people's things.

The account is the embedded one, and its clock stands in for the wall's, so that an hour of waiting
takes a second. All else is what a real account meets: the door, the names, the tags, the cells
that are skipped. `python -m tests.notebooks.real_account` renews the recorded requests.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.notebooks.kernel import list_errors, run_cells

REQUESTS = Path(__file__).with_name("requests")
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
BEFORE = """
import collections, json, os
os.environ |= {"LAB": "aws", "LAB_ACCOUNT_ID": "123456789012", "LAB_ID": "anna"}
import boto3, botocore.handlers
from helpers import lab, sending
from helpers.aws import door, waiting
from helpers.embedded.account import EmbeddedAccount

lab._leave_embedded_account = lambda: None  # it is the account below the door
_account = EmbeddedAccount()
door.lift()
waiting.now, waiting.pause = _account.now, sending.inside()(_account.advance)
_others = {
    "sqs": boto3.client("sqs").create_queue(QueueName="banking-queue")["QueueUrl"],
    "kms": boto3.client("kms").create_key()["KeyMetadata"]["KeyId"],
}
boto3.client("kms").create_alias(AliasName="alias/banking-key", TargetKeyId=_others["kms"])
boto3.client("sqs").send_message(QueueUrl=_others["sqs"], MessageBody="theirs")
boto3.client("sns").create_topic(Name="banking-alarms")
boto3.client("cloudwatch").put_metric_alarm(
    AlarmName="theirs", Namespace="x", MetricName="x", Period=60, EvaluationPeriods=1,
    Threshold=0, ComparisonOperator="GreaterThanThreshold", Statistic="Sum",
)
_requests = collections.Counter()

def _record(params, model, context, **more):
    if "cloudformation.amazonaws.com" in (context["client_config"].user_agent_extra or ""):
        return  # CloudFormation's own, which it makes on a real account, too
    call = f"{model.service_model.service_name}.{model.name}"
    _requests[" ".join([call, *sorted(params)])] += 1

botocore.handlers.BUILTIN_HANDLERS.append(("before-parameter-build", _record))
waiting_began = _account.now()
"""

AFTER = """
_made = dict(_requests)
from helpers.aws import door
door.lift()
_sqs, _kms, _functions = (boto3.client(name) for name in ("sqs", "kms", "lambda"))
_watch = boto3.client("cloudwatch")
_keys = [_kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in _kms.list_keys()["Keys"]]
print(json.dumps({
    "requests": _made,
    "seconds": (_account.now() - waiting_began).total_seconds(),
    "left": {
        "queues": [url.rpartition("/")[2] for url in _sqs.list_queues().get("QueueUrls", [])],
        "messages": _sqs.get_queue_attributes(
            QueueUrl=_others["sqs"], AttributeNames=["All"]
        )["Attributes"]["ApproximateNumberOfMessages"],
        "keys": [key["KeyId"] == _others["kms"] for key in _keys if key["KeyState"] == "Enabled"],
        "functions": [each["FunctionName"] for each in _functions.list_functions()["Functions"]],
        "roles": [each["RoleName"] for each in boto3.client("iam").list_roles()["Roles"]],
        "tables": boto3.client("dynamodb").list_tables()["TableNames"],
        "topics": [each["TopicArn"].rpartition(":")[2]
                   for each in boto3.client("sns").list_topics()["Topics"]],
        "alarms": [each["AlarmName"] for each in _watch.describe_alarms()["MetricAlarms"]],
        "dashboards": [each["DashboardName"]
                       for each in _watch.list_dashboards()["DashboardEntries"]],
    },
}))
"""

OTHERS: dict[str, Any] = {
    "queues": ["banking-queue"],
    "messages": "1",
    "keys": [True],
    "functions": [],
    "roles": [],
    "tables": [],
    "topics": ["banking-alarms"],
    "alarms": ["theirs"],
    "dashboards": [],
}
"""What other people have in the account, and what must be left of it afterwards: all."""


@dataclass(frozen=True)
class Run:
    """What a notebook did on a real account.

    Attributes:
        cells: its code cells, executed.
        requests: how often each was made: service, operation, and the names of its parameters.
        seconds: that it waited.
        left: what the account has afterwards, as `OTHERS`.
    """

    cells: list[Any]
    requests: dict[str, int]
    seconds: float
    left: dict[str, Any]


def run(path: Path) -> Run:
    """Run one notebook; the file stays as it is."""
    cells = run_cells(path, BEFORE, AFTER)
    found = json.loads(cells[-1].outputs[0].text)
    return Run(cells[1:-1], found["requests"], found["seconds"], found["left"])


def read_requests(path: Path) -> list[str]:
    """The requests that were recorded of a notebook, one a line."""
    return (REQUESTS / f"{path.stem}.txt").read_text(encoding="utf-8").splitlines()


def main() -> int:
    REQUESTS.mkdir(exist_ok=True)
    with ProcessPoolExecutor(max_workers=2) as pool:
        for path, found in zip(NOTEBOOKS, pool.map(run, NOTEBOOKS), strict=True):
            text = "".join(f"{request}\n" for request in sorted(found.requests))
            (REQUESTS / f"{path.stem}.txt").write_text(text, encoding="utf-8")
            print(
                path.stem,
                f"{found.seconds:.0f} s on a real account",
                *list_errors(found.cells),
                sep="\n  ",
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
