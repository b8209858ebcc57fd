"""A lab shown in a notebook: the same on the card and in its text, and looking changes nothing."""

import re
from html import unescape

import boto3
from IPython.core.formatters import DisplayFormatter

from helpers import Lab
from helpers.bank import pipeline, queues, sender
from helpers.watching import alarms


def show(lab: Lab) -> dict[str, str]:
    """As Jupyter does."""
    data, _ = DisplayFormatter().format(lab)
    return data


def words(html: str) -> list[str]:
    return unescape(re.sub(r"<[^>]+>", " ", html)).split()


def test_empty_account_shows_its_time(lab: Lab) -> None:
    lab.advance(31)
    shown = show(lab)
    assert shown["text/plain"] == "Time 2026-01-05 09:00:31 UTC\nThe account is empty."
    assert "09:00:31" in words(shown["text/html"])
    for turn in ("rotate(270.258)", "rotate(3.1)", "rotate(186)"):  # hour, minute, second
        assert turn in shown["text/html"]


def test_card_holds_what_is_in_the_account(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    alarms.put_alarm(alarms.create_inbox(lab), "<late>", "NumberOfMessagesSent", 0, queue="q")
    lab.advance(10)
    boto3.client("lambda").update_event_source_mapping(UUID=bank.mapping, Enabled=False)
    lab.advance(60)
    sender.send_transactions(count=10, seed=1, spoil=False)
    boto3.client("sqs").receive_message(QueueUrl=bank.queue_url, MaxNumberOfMessages=3)
    shown = show(lab)
    lines = [line.split() for line in shown["text/plain"].splitlines()]
    assert ["banking-queue", "7", "3", "0"] in lines
    assert ["banking-queue", "->", bank.receiver, "Disabled"] in lines
    assert [bank.sender] in lines
    assert ["<late>", "INSUFFICIENT_DATA"] in lines
    drawn = words(shown["text/html"])
    for line in lines[1:]:
        assert any(line == drawn[place : place + len(line)] for place in range(len(drawn)))
    assert "<late>" not in shown["text/html"]


def test_looking_changes_nothing(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    before, depth = lab.trace(), queues.measure_depth(bank.queue_url)
    assert show(lab) == show(lab)
    assert lab.trace().equals(before)
    assert queues.measure_depth(bank.queue_url) == depth


def test_of_very_many_some_are_shown(lab: Lab) -> None:
    sqs = boto3.client("sqs")
    for number in range(20):
        sqs.create_queue(QueueName=f"q-{number:02}")
    shown = show(lab)
    *_, last, more = shown["text/plain"].splitlines()
    assert last.split() == ["q-11", "0", "0", "0"]
    assert more == "and 8 more"
    assert shown["text/html"].count("<tr>") == 14


def test_closed_lab_says_so(lab: Lab) -> None:
    lab.close()
    assert show(lab) == {"text/plain": "<closed lab>"}
