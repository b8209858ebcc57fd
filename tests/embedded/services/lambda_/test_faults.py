"""Whatever goes wrong, no message is lost and none is done twice without anybody noticing."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import deploy_function
from tests.embedded.services.lambda_.event_source.test_event_source import (
    connect,
    count,
    create_queue,
    with_dead_letters,
)
from tests.embedded.services.lambda_.event_source.test_event_source_rules import send_many
from tests.fuzz import DEEPER, examples

ACCIDENTS = ("fine", "raise", "exit", "kill", "sleep", "nonsense", "partial", "unknown")

PRONE = """
    import hashlib, json, os, signal, sys, time

    def handler(event, context):
        accidents = json.loads(os.environ["ACCIDENTS"])
        records = event["Records"]
        first = records[0]
        receives = first["attributes"]["ApproximateReceiveCount"]
        choice = hashlib.sha256((first["body"] + receives).encode()).digest()[0]
        accident = accidents[choice % len(accidents)]
        print(json.dumps([accident, len(records)]))
        if accident == "raise": raise RuntimeError("no")
        if accident == "exit": sys.exit(3)
        if accident == "kill": os.kill(os.getpid(), signal.SIGKILL)
        if accident == "sleep": time.sleep(60)
        if accident == "nonsense": return {1, 2}
        if accident == "partial":
            return {"batchItemFailures": [{"itemIdentifier": first["messageId"]}]}
        if accident == "unknown":
            return {"batchItemFailures": [{"itemIdentifier": "nobody"}]}
"""


@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not DEEPER,
)
@given(
    accidents=st.lists(st.sampled_from(ACCIDENTS), min_size=1, max_size=4),
    batch_size=st.integers(1, 10),
    concurrency=st.sampled_from([None, 2, 7]),
    duplicates=st.sampled_from([0.0, 0.2]),
    reports=st.booleans(),
)
def test_every_message_is_deleted_after_success_or_dead_lettered(
    accidents: list[str],
    batch_size: int,
    concurrency: int | None,
    duplicates: float,
    reports: bool,
) -> None:
    options = {"duplicates": duplicates, "standard_order": "shuffled", "seed": batch_size}
    with open_lab(**options) as lab:
        assert isinstance(lab, EmbeddedAccount)
        deploy_function(PRONE, Environment={"Variables": {"ACCIDENTS": json.dumps(accidents)}})
        queue, _ = with_dead_letters(3)
        mapping: dict[str, object] = {"BatchSize": batch_size}
        if concurrency:
            mapping["ScalingConfig"] = {"MaximumConcurrency": concurrency}
        if reports:
            mapping["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
        connect(queue, **mapping)
        send_many(queue, 40)
        lab.run_until_idle()
        trace = lab.trace()
    ends = trace[trace["what"].isin(["deleted", "dead-lettered"])]
    assert Counter(ends["message_id"]) == Counter(
        trace.loc[trace["what"] == "sent", "message_id"]
    ), "each message ends exactly once"


def test_environments_that_are_killed_from_outside_cost_no_message() -> None:
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        deploy_function("import time\ndef handler(event, context): time.sleep(1)")
        queue = create_queue()
        connect(queue, BatchSize=2)
        send_many(queue, 30)
        lab.advance(2.5)
        assert lab._services.functions is not None
        busy = [each for pool in lab._services.functions._functions._busy.values() for each in pool]
        assert busy
        for environment in busy:
            environment.kill()
        lab.run_until_idle()
        assert count(queue) == (0, 0)
        deleted = lab.trace().query("what == 'deleted'")
        assert len(deleted) == deleted["message_id"].nunique() == 30


def test_the_same_run_leaves_the_same_trace() -> None:
    def run() -> str:
        with open_lab(duplicates=0.1, standard_order="shuffled", seed=7) as lab:
            assert isinstance(lab, EmbeddedAccount)
            deploy_function(
                PRONE,
                Environment={
                    "Variables": {"ACCIDENTS": json.dumps(["fine", "raise", "kill", "sleep"])}
                },
            )
            queue, _ = with_dead_letters(2)
            connect(queue, BatchSize=3)
            send_many(queue, 60)
            lab.run_until_idle()
            return str(lab.trace().to_csv())

    assert run() == run()
