"""The course's own receiver, in storms; and the releases that break it on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.bank import keys, pipeline, receiver
from helpers.bank.functions.transactions import Transaction, sign_transaction, write_body
from helpers.bank.releases import deploy_release
from helpers.rehearsing import rehearsals
from helpers.rehearsing.storms import STORMS
from helpers.rehearsing.subjects import read_stage

if TYPE_CHECKING:
    from helpers.lab import Lab
    from helpers.rehearsing.subjects import Deploy

PURPOSES = ("rent", "salary", "gift", "books", "rent", "refund")


def bank(release: str) -> Deploy:
    def deploy(lab: Lab) -> rehearsals.Stage:
        pipeline.build_bank(lab)
        deploy_release(lab, release)
        return read_stage(lab, receiver.FUNCTION)

    return deploy


def write_transactions(_: rehearsals.Stage) -> list[str]:
    """Signed with the secret of the account that they are sent in."""
    secret = keys.open_secret(receiver.FUNCTION)
    made = [
        Transaction(f"t-{number:03}", "HB-1001", "HB-1002", 100 + number, purpose)
        for number, purpose in enumerate(PURPOSES)
    ]
    return [write_body(each, sign_transaction(each, secret)) for each in made]


def test_the_receiver_is_green_in_every_storm() -> None:
    report = rehearsals.rehearse(bank("good"), write_transactions)
    assert report.red == [], str(report)
    assert {result.storm.name for result in report.results} == {
        "calm",
        *(storm.name for storm in STORMS),
    }
    assert report.left > len(PURPOSES)


@pytest.mark.parametrize(
    ("release", "storm", "kind"),
    [("slow", "batches:10", "dead"), ("dying", "calm", "fails"), ("fees", "batches:10", "dead")],
)
def test_a_release_that_breaks_it_is_red(release: str, storm: str, kind: str) -> None:
    """The slow one takes 6 s for 6 records; the dying one dies of whatever is new; that with fees
    has none for a gift, and its error takes the batch along."""
    asked = ["batches:10"] if storm == "calm" else [storm]
    report = rehearsals.rehearse(bank(release), write_transactions, asked, shrinks=False)
    (found,) = (each for each in report.results if each.storm.label == storm)
    assert kind in {finding.kind for finding in found.findings if finding.is_red}
