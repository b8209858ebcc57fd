"""Each planted bug is found by the storm that it belongs to; who is right is green in all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.rehearsing import rehearsals
from helpers.rehearsing.storms import STORMS
from tests.course.rehearsing.conftest import CONSUMERS, PAYMENTS

Consumer = Callable[[str], Path]

BUGS = {
    "no_idempotency": ("delivered-twice", "changed", 1),
    "row_per_delivery": ("delivered-twice", "done twice", 1),
    "by_message_id": ("sent-twice", "changed", 1),
    "put_then_publish": ("failing-call:Publish.News", "lost", 1),
    "check_then_act": ("delivered-twice:at-once", "changed", 1),
    "wrong_id": ("poison", "dead", 1),
    "nothing_on_error": ("poison", "lost", 1),
    "swallowed": ("failing-call:PutItem.Ledger", "lost", 1),
    "stops_at_first": ("failing-call:PutItem.Ledger", "lost", 2),
    "order_assumed": ("out-of-order", "changed", 2),
    "no_version_check": ("at-the-same-time", "changed", 2),
    "lying_cache": ("cold-starts", "changed", 2),
    "endless_retry": ("refused-call:PutItem.Ledger", "dead", 2),
    "first_record_only": ("batches", "lost", 2),
    "marks_before": ("dies:PutItem.Seen", "changed", 1),
}
"""For each bug: the storm, the kind of the finding, and how many messages the example has."""


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(consumer: Consumer, name: str) -> None:
    storm, kind, size = BUGS[name]
    template = rehearsals.Template(consumer(name) / "template.yaml")
    calm, *tried = rehearsals.rehearse(template, PAYMENTS, [storm]).results
    assert not calm.is_red
    red = [result for result in tried if result.is_red]
    assert red
    assert kind in {finding.kind for finding in red[0].findings if finding.is_red}
    example = red[0].example
    assert example is not None
    assert len(example.messages) == size


def test_every_bug_has_its_storm() -> None:
    assert BUGS.keys() == {file.stem for file in (CONSUMERS / "wrong").glob("*.py")}


@pytest.mark.parametrize("name", sorted(file.stem for file in (CONSUMERS / "right").glob("*.py")))
def test_who_is_right_is_green_in_every_storm(consumer: Consumer, name: str) -> None:
    size = (("BatchSize", "1"),) if name == "one_by_one" else ()
    template = rehearsals.Template(consumer(name) / "template.yaml", parameters=size)
    payments = PAYMENTS[:2] if "powertools" in name else PAYMENTS  # which takes long to import
    report = rehearsals.rehearse(template, payments)
    assert report.red == [], str(report)
    tried = {result.storm.name for result in report.results if not result.skipped}
    assert tried >= {storm.name for storm in STORMS} - {"key-disabled", "batches", "refused-call"}


def test_what_waits_behind_a_bad_one_in_a_fifo_queue_is_only_told() -> None:
    """It becomes a dead letter with the bad one, in any function that keeps a batch in order."""
    function = rehearsals.from_folder(
        CONSUMERS / "fifo", "app.handler", fifo=True, tables=("accounts:id",)
    )
    messages = [
        {"body": payment, "group_id": payment["account"]}
        for payment in PAYMENTS  # each group in the order of its versions
    ]
    report = rehearsals.rehearse(function, messages, ["poison", "sent-twice", "redrive"])
    assert report.red == [], str(report)
    assert "behind the bad one" in str(report)
