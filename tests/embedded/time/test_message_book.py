"""A line for each message says what the whole trace says."""

from __future__ import annotations

import json

import boto3
import pandas as pd
import pytest

from helpers.deploying import modelled
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import create_role
from tests.embedded.services.lambda_.event_source.test_event_source import (
    connect,
    with_dead_letters,
)


def run(lab: EmbeddedAccount) -> None:
    work = modelled.Work(modelled.exponential(1), failure_rate=0.4)
    modelled.deploy_function(lab, "function", work, create_role())
    url, _ = with_dead_letters(VisibilityTimeout="30")
    connect(url, FunctionResponseTypes=["ReportBatchItemFailures"])
    entries = ((number / 7, {"MessageBody": json.dumps(number)}) for number in range(200))
    lab.let_arrive(url, entries)
    lab.advance(seconds=300)


def test_lines_say_what_the_trace_says() -> None:
    with EmbeddedAccount(keep="messages") as lab:
        run(lab)
        lines, invoked = lab.book.messages(), lab.book.invoked()
        assert lab.trace().empty
    with EmbeddedAccount() as lab:
        run(lab)
        trace = lab.trace()
    of_messages = trace.dropna(subset=["message_id"]).groupby("message_id", sort=False)
    expected = pd.DataFrame(
        {
            "sent": of_messages["at"].first(),
            "received": of_messages["at"].nth(1).to_numpy(),  # first sent, then received
            "ended": of_messages["at"].last(),
            "receives": of_messages["receive_count"].max(),
            "fate": of_messages["what"].last(),
        }
    )
    assert len(lines) == 200
    assert set(lines["fate"]) == {"deleted", "dead-lettered"}
    assert lines.to_numpy().tolist() == expected.to_numpy().tolist()
    rows = trace[trace["what"] == "invoked"]
    assert sorted(invoked["began"]) == sorted(rows["at"])
    assert invoked["messages"].sum() == rows["messages"].sum() == lines["receives"].sum()


def test_arrivals_of_no_queue_and_lines_of_no_book(lab: EmbeddedAccount) -> None:
    with pytest.raises(LookupError, match="There is no queue nowhere"):
        lab.let_arrive("nowhere", [])
    with pytest.raises(ValueError, match='keep="messages"'):
        _ = lab.book
    with pytest.raises(ValueError, match='"everything" or "messages"'):
        EmbeddedAccount(keep="some")


def test_arrivals_end_with_their_queue(lab: EmbeddedAccount) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="short")["QueueUrl"]
    lab.let_arrive(url, ((float(second), {"MessageBody": "x"}) for second in range(10)))
    lab.advance(seconds=4.5)
    assert (lab.trace()["what"] == "sent").sum() == 5
    sqs.delete_queue(QueueUrl=url)
    lab.advance(seconds=10)
    assert (lab.trace()["what"] == "sent").sum() == 5
