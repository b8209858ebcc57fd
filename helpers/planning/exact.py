"""The exact engine: every message goes through the embedded account, and its function is modelled.

`run` opens a lab of its own, so it belongs into a process of its own: see `sweeps`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, cast

import boto3

from helpers.deploying import modelled
from helpers.deploying.mappings import create_mapping, wait_for_mapping
from helpers.deploying.roles import allow, create_role, put_policy
from helpers.lab import Lab, open_lab
from helpers.modelled_work import Work
from helpers.planning.load import DAY, Load, Settings
from helpers.prices import estimate_costs
from helpers.watching.costs import count_amounts
from helpers.watching.metrics import read_function_metrics, read_queue_metrics

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

NAME = "planned"
MONTH = 30 * DAY

AT_ONCE = 1e-5
"""Seconds; whoever is received later has waited."""

LONGEST_DRAIN = 12 * 3600.0
"""Seconds after the end of a load for which its rest is waited for."""


@dataclass(frozen=True)
class Answer:
    """What comes of a load with these settings.

    Attributes:
        messages: that were sent.
        p50, p95, p99: seconds from sending to the first receive: the time in the queue.
        mean_wait: the same, on average.
        waited: share of the messages that were not received at once.
        done_p95: seconds from sending until the work is done, retries included.
        age_of_oldest: seconds, the highest, of a message in the queue that waits.
        most_environments: invocations at once, at most.
        busy: invocations at once, on average over the load's time.
        dead_letters: messages that were received too often.
        receives: for each message, on average.
        invocations: how many.
        left: messages not done with 12 hours after the end of the load.
        drained: seconds from the end of the load until all is done with; nothing if some are left.
        usd: US dollars for a month of such loads, by item of the price list, before any free tier.
            Not in it: event pollers of provisioned mode, logs, keys.
        tenants: index tenant; columns messages, mean, p50, p95, p99: seconds in the queue.
        minutes: index minute (of the load's time, its end); columns waiting, oldest (seconds),
            working (messages), dead (letters so far).
    """

    messages: int
    p50: float
    p95: float
    p99: float
    mean_wait: float
    waited: float
    done_p95: float
    age_of_oldest: float
    most_environments: int
    busy: float
    dead_letters: int
    receives: float
    invocations: int
    left: int
    drained: float | None
    usd: dict[str, float]
    tenants: pd.DataFrame
    minutes: pd.DataFrame

    @property
    def usd_a_month(self) -> float:
        return sum(self.usd.values())

    def row(self) -> dict[str, Any]:
        """The figures without tables, for a row of a sweep."""
        told = {name: value for name, value in vars(self).items() if name not in _TABLES}
        return {**told, "usd_a_month": self.usd_a_month}


_TABLES = ("usd", "tenants", "minutes")


class PlanningLab(Lab, Protocol):
    """A lab into which messages come without a client."""

    book: Any

    def let_arrive(self, queue_url: str, arrivals: Iterator[tuple[float, dict[str, str]]]) -> None:
        """See `helpers.embedded.account.EmbeddedAccount`."""


def run(load: Load, settings: Settings) -> Answer:
    """Send the load through a lab opened for it, and read what came of it.

    It closes the lab that is open in this process.

    Raises:
        ClientError: AWS would refuse the settings.
    """
    with open_lab("embedded", keep="messages") as opened:
        lab = cast(PlanningLab, opened)
        birth = lab.now()
        url, mapping = _build(lab, settings)
        lab.advance(seconds=-lab.now().timestamp() % 60)  # metrics are by the minute
        start = lab.now()
        moments, whose = load.arrivals()
        lab.let_arrive(url, _entries(load, settings, moments, whose))
        _live_through(lab, load, settings, mapping)
        with suppress(RuntimeError):  # what is left then is said in the answer
            lab.run_until_idle(limit=LONGEST_DRAIN)
        lab.advance(seconds=60)
        begun = (start - birth).total_seconds()
        lines, invoked = lab.book.messages(), lab.book.invoked()
        lines[["sent", "received", "ended"]] -= begun
        invoked["began"] -= begun
        lines["tenant"] = whose[: len(lines)]
        usd = _price(lab, load, settings, start, float(invoked["duration"].sum()))
    return _sum_up(load, lines, invoked, usd)


def _build(lab: Lab, settings: Settings) -> tuple[str, str]:
    """The queue's URL and the mapping's id."""
    attributes = {
        "VisibilityTimeout": str(settings.visibility),
        "SqsManagedSseEnabled": "false",  # nobody reads the bodies, so nobody has to seal them
    }
    if settings.max_receive_count is not None:
        dead = _create_queue(f"{NAME}-dead", settings, {"MessageRetentionPeriod": "1209600"})
        policy = {
            "deadLetterTargetArn": dead[1],
            "maxReceiveCount": settings.max_receive_count,
        }
        attributes["RedrivePolicy"] = json.dumps(policy)
    url, arn = _create_queue(NAME, settings, attributes)
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    role = create_role(f"{NAME}-role", "AWSLambdaSQSQueueExecutionRole", "", [])
    boto3.client("iam").detach_role_policy(  # it may not log: nobody would read a million lines
        RoleName=f"{NAME}-role",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
    )
    put_policy(f"{NAME}-role", "Poll", [allow(actions, arn)])
    _deploy(lab, settings, role, settings.work)
    mapping = create_mapping(lab, arn, NAME, **settings.mapping)
    wait_for_mapping(lab, mapping)
    return url, mapping


def _create_queue(name: str, settings: Settings, attributes: dict[str, str]) -> tuple[str, str]:
    """URL and ARN."""
    sqs = boto3.client("sqs")
    ending = ".fifo" if settings.fifo else ""
    fifo = {"FifoQueue": "true"} if settings.fifo else {}
    url = sqs.create_queue(QueueName=f"{name}{ending}", Attributes={**fifo, **attributes})
    answer = sqs.get_queue_attributes(QueueUrl=url["QueueUrl"], AttributeNames=["QueueArn"])
    return url["QueueUrl"], answer["Attributes"]["QueueArn"]


def _deploy(lab: Lab, settings: Settings, role: str, work: Work) -> None:
    modelled.deploy_function(lab, NAME, work, role, settings.timeout, memory_mb=settings.memory_mb)


def _entries(
    load: Load, settings: Settings, moments: Any, whose: Any
) -> Iterator[tuple[float, dict[str, str]]]:
    names = [name for name, _ in load.tenants]
    body = "x" * load.bytes
    for number, (moment, tenant) in enumerate(zip(moments.tolist(), whose.tolist(), strict=True)):
        entry = {"MessageBody": body}
        if settings.grouped or settings.fifo:
            entry["MessageGroupId"] = names[tenant]
        if settings.fifo:
            entry["MessageDeduplicationId"] = f"{number}"
        yield moment, entry


def _live_through(lab: Lab, load: Load, settings: Settings, mapping: str) -> None:
    """Let the load's time pass, with its outage in it."""
    outage = settings.outage
    if outage is None:
        lab.advance(seconds=load.seconds)
        return
    begun = lab.now()
    lab.advance(seconds=outage.begins)
    _switch(lab, settings, mapping, works=False)
    lab.advance(seconds=outage.seconds)
    _switch(lab, settings, mapping, works=True)
    lab.advance(seconds=max(0.0, load.seconds - (lab.now() - begun).total_seconds()))


def _switch(lab: Lab, settings: Settings, mapping: str, *, works: bool) -> None:
    functions = boto3.client("lambda")
    if settings.outage is not None and settings.outage.fails:
        role = functions.get_function_configuration(FunctionName=NAME)["Role"]
        work = settings.work if works else replace(settings.work, failure_rate=1.0)
        _deploy(lab, settings, role, work)
    else:
        functions.update_event_source_mapping(UUID=mapping, Enabled=works)


def _price(
    lab: Lab, load: Load, settings: Settings, start: datetime, seconds: float
) -> dict[str, float]:
    """US dollars a month by item; `seconds`: of all invocations, cold starts included."""
    queue = read_queue_metrics(lab, NAME + (".fifo" if settings.fifo else ""), start)
    function = read_function_metrics(lab, NAME, start)
    warm = float((function["Invocations"] * function["Duration"]).sum())
    cold = max(0.0, 1000 * seconds - warm)
    used = count_amounts(queue, function, settings.memory_mb, load.sent_together, cold)
    if settings.fifo:
        used["SQS FIFO requests"] = used.pop("SQS standard requests")
    months = MONTH / load.seconds
    costs = estimate_costs({item: amount * months for item, amount in used.items()})
    return {str(item): float(cents) / 100 for item, cents in costs["cents"].items()}


def _sum_up(
    load: Load, lines: pd.DataFrame, invoked: pd.DataFrame, usd: dict[str, float]
) -> Answer:
    counted = lines[lines["sent"] >= load.warm_up]
    waits = (counted["received"] - counted["sent"]).to_numpy()
    done = (counted["ended"] - counted["sent"])[counted["fate"] == "deleted"].to_numpy()
    left = int(lines["ended"].isna().sum())
    minutes = _look_each_minute(load, lines)
    last = float(lines["ended"].max()) if len(lines) else 0.0
    return Answer(
        messages=len(lines),
        p50=_percentile(waits, 50),
        p95=_percentile(waits, 95),
        p99=_percentile(waits, 99),
        mean_wait=_mean(waits),
        waited=_mean(waits > AT_ONCE),
        done_p95=_percentile(done, 95),
        age_of_oldest=float(minutes["oldest"].max()),
        most_environments=_most_at_once(invoked),
        busy=_busy(invoked, load.seconds),
        dead_letters=int((lines["fate"] == "dead-lettered").sum()),
        receives=float(lines["receives"].mean()) if len(lines) else 0.0,
        invocations=len(invoked),
        left=left,
        drained=None if left else max(0.0, last - load.seconds),
        usd=usd,
        tenants=_by_tenant(load, counted, waits),
        minutes=minutes,
    )


def _mean(values: Any) -> float:
    """Of those that are known."""
    import numpy as np

    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def _percentile(values: Any, share: int) -> float:
    import numpy as np

    known = values[~np.isnan(values)]
    return float(np.percentile(known, share)) if len(known) else 0.0


def _most_at_once(invoked: pd.DataFrame) -> int:
    """Of two at the same moment, the end comes before the beginning."""
    import numpy as np

    began = np.sort(invoked["began"].to_numpy().round(6))
    ended = np.sort((invoked["began"] + invoked["duration"]).to_numpy().round(6))
    running = np.arange(1, len(began) + 1) - np.searchsorted(ended, began, side="right")
    return int(running.max()) if len(running) else 0


def _busy(invoked: pd.DataFrame, seconds: float) -> float:
    """Invocations at once, on average over the first `seconds`."""
    begins = invoked["began"].clip(0, seconds)
    ends = (invoked["began"] + invoked["duration"]).clip(0, seconds)
    return float((ends - begins).sum()) / seconds


def _by_tenant(load: Load, lines: pd.DataFrame, waits: Any) -> pd.DataFrame:
    import pandas as pd

    rows = {}
    for number, (name, _) in enumerate(load.tenants):
        own = waits[(lines["tenant"] == number).to_numpy()]
        shares = {f"p{share}": _percentile(own, share) for share in (50, 95, 99)}
        rows[name] = {"messages": len(own), "mean": _mean(own), **shares}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("tenant")


def _look_each_minute(load: Load, lines: pd.DataFrame) -> pd.DataFrame:
    """The queue at the end of each minute, until all is done with.

    `oldest` is of messages that were never received: those that come again do not hide the line.
    """
    import numpy as np
    import pandas as pd

    never = np.inf
    sent = lines["sent"].to_numpy()
    received = lines["received"].fillna(never).to_numpy()
    ended = lines["ended"].fillna(never).to_numpy()
    finite = ended[np.isfinite(ended)]
    last = max(load.seconds, float(finite.max()) if len(finite) else 0.0)
    ends = np.arange(60, 60 * (math.ceil(last / 60) + 1), 60, dtype=float)
    arrived = np.searchsorted(sent, ends, side="right")
    taken = np.searchsorted(np.sort(received), ends, side="right")
    finished = np.searchsorted(np.sort(ended), ends, side="right")
    dead = np.sort(ended[(lines["fate"] == "dead-lettered").to_numpy()])
    # The first message received after a moment is the first whose running maximum is beyond it.
    first = np.searchsorted(np.maximum.accumulate(received), ends, side="right")
    waits = first < arrived
    oldest = np.where(waits, ends - sent[np.minimum(first, max(0, len(sent) - 1))], 0.0)
    return pd.DataFrame(
        {
            "waiting": arrived - taken,
            "oldest": oldest,
            "working": taken - finished,
            "dead": np.searchsorted(dead, ends, side="right"),
        },
        index=pd.Index((ends / 60).astype(int), name="minute"),
    )
