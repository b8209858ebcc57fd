"""From the account's trace to spans of time, and from those to bars, marks and words."""

from __future__ import annotations

import json
from itertools import pairwise

import boto3
import matplotlib.pyplot
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab, open_lab, plots
from helpers.plots.lifelines import MARKS, STATES
from helpers.watching import timeline

COLUMNS = ["message", "state", "begins", "ends", "receive_count", "then"]


def rows(*spans: tuple[str, str, float, float, int, str]) -> pd.DataFrame:
    return pd.DataFrame(spans, columns=COLUMNS)


def states(lifelines: pd.DataFrame) -> list[tuple[object, ...]]:
    columns = ["state", "begins", "ends", "then"]
    return list(lifelines[columns].itertuples(index=False, name=None))


@pytest.fixture
def queue(lab: Lab) -> str:
    """A queue of 30 s invisibility and 2 receives, then its dead-letter queue."""
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    redrive = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 2}
    attributes = {"VisibilityTimeout": "30", "RedrivePolicy": json.dumps(redrive)}
    return str(sqs.create_queue(QueueName="queue", Attributes=attributes)["QueueUrl"])


def receive(queue: str) -> str:
    """The receipt handle of the message in the queue."""
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    return str(message["ReceiptHandle"])


def test_a_message_that_is_received_and_deleted(lab: Lab, queue: str) -> None:
    sqs = boto3.client("sqs")
    lab.advance(100)
    sqs.send_message(QueueUrl=queue, MessageBody="a", DelaySeconds=5)
    lab.advance(7)
    handle = receive(queue)
    lab.advance(3)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    lab.advance(50)
    assert states(timeline.read_lifelines(lab, queue)) == [
        ("delayed", 0, 5, "sent"),
        ("visible", 5, 7, "received"),
        ("in flight", 7, 10, "deleted"),
    ]


def test_a_timeout_that_is_changed_and_ends(lab: Lab, queue: str) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    handle = receive(queue)
    lab.advance(10)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=40)
    lab.advance(60)
    assert states(timeline.read_lifelines(lab, queue)) == [
        ("visible", 0, 0, "received"),
        ("in flight", 0, 10, "extended"),
        ("in flight", 10, 50, "visible again"),
        ("visible", 50, 70, ""),
    ]


@pytest.mark.parametrize(
    ("timeout", "spans"),
    [
        (0, [("in flight", 0, 10, "let go"), ("visible", 10, 40, "")]),
        (
            5,
            [
                ("in flight", 0, 10, "shortened"),
                ("in flight", 10, 15, "visible again"),
                ("visible", 15, 40, ""),
            ],
        ),
    ],
)
def test_a_timeout_that_ends_sooner(
    lab: Lab, queue: str, timeout: int, spans: list[tuple[object, ...]]
) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    handle = receive(queue)
    lab.advance(10)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=timeout)
    lab.advance(30)
    assert states(timeline.read_lifelines(lab, queue))[1:] == spans


def test_a_delete_that_comes_too_late(lab: Lab, queue: str) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    late = receive(queue)
    lab.advance(30)
    handle = receive(queue)
    lab.advance(5)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=late)
    lab.advance(5)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    lifelines = timeline.read_lifelines(lab, queue)
    assert states(lifelines)[-2:] == [
        ("in flight", 30, 35, "delete ignored"),
        ("in flight", 35, 40, "deleted"),
    ]
    assert plots.describe_lifelines(lifelines) == (
        "1 message. After 40 s, it is deleted. Message 1 was received 2 times. "
        "Once a message became visible again; once a delete was ignored."
    )


def test_to_look_is_to_receive(lab: Lab, queue: str) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    for _ in range(2):
        lab.advance(5)
        sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0)
    lifelines = timeline.read_lifelines(lab, queue)
    assert states(lifelines) == [
        ("visible", 0, 5, "looked at"),
        ("visible", 5, 10, "looked at"),
        ("visible", 10, 10, ""),
    ]
    (axes,) = plots.plot_lifelines(lifelines).axes
    assert [text.get_text() for text in axes.texts] == ["1", "2"]


def test_a_second_delivery_may_come_after_the_delete() -> None:
    with open_lab(duplicates=1.0) as lab:
        sqs = boto3.client("sqs")
        url = str(sqs.create_queue(QueueName="queue")["QueueUrl"])
        for body in ("early", "late"):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        handle = receive(url)
        lab.advance(2)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        lab.advance(2)
        receive(url)
        receive(url)
        lab.advance(2)
        receive(url)
        lifelines = timeline.read_lifelines(lab, url)
    assert states(lifelines[lifelines["message"] == "message 1"]) == [
        ("visible", 0, 0, "received"),
        ("in flight", 0, 2, "deleted"),
        ("gone", 2, 4, "delivered again"),
    ]
    assert states(lifelines[lifelines["message"] == "message 2"]) == [
        ("visible", 0, 4, "received"),
        ("in flight", 4, 6, "delivered again"),
        ("in flight", 6, 6, ""),
    ]
    assert plots.describe_lifelines(lifelines) == (
        "2 messages. After 6 s, 1 is deleted and 1 is in flight. Message 1 and message 2 were "
        "received 2 times. 2 times a message was delivered once more."
    )
    plots.plot_lifelines(lifelines).draw_without_rendering()


def test_only_what_was_sent_since_is_told(lab: Lab, queue: str) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="before")
    lab.advance(10)
    start = lab.now()
    sent = sqs.send_message(QueueUrl=queue, MessageBody="after")
    lab.advance(5)
    lifelines = timeline.read_lifelines(lab, queue, names={sent["MessageId"]: "after"}, since=start)
    assert list(lifelines["message"]) == ["after"]
    assert states(lifelines) == [("visible", 0, 5, "")]


def test_a_message_goes_to_the_dead_letter_queue_and_back(lab: Lab, queue: str) -> None:
    sqs = boto3.client("sqs")
    sent = sqs.send_message(QueueUrl=queue, MessageBody="a")
    for _ in range(2):
        receive(queue)
        lab.advance(30)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    lab.advance(5)
    dead = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    sqs.start_message_move_task(SourceArn=arn["QueueArn"])
    lab.advance(5)
    lifelines = timeline.read_lifelines(lab, dead, names={sent["MessageId"]: "a"})
    assert set(lifelines["message"]) == {"a"}
    assert states(lifelines)[-3:] == [
        ("visible", 60, 60, "dead-lettered"),
        ("dead-letter queue", 60, 65, "redriven"),
        ("visible", 65, 70, ""),
    ]
    assert plots.describe_lifelines(lifelines) == (
        "1 message. After 70 s, it is visible. The message a was received 2 times. "
        "2 times a message became visible again; once a message was redriven."
    )


def test_expiry_ends_a_life(lab: Lab, queue: str) -> None:
    sqs = boto3.client("sqs")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MessageRetentionPeriod": "60"})
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    lab.advance(100)
    sqs.receive_message(QueueUrl=queue)
    assert states(timeline.read_lifelines(lab, queue)) == [("visible", 0, 60, "expired")]


def test_other_queues_are_left_out(lab: Lab, queue: str) -> None:
    other = boto3.client("sqs").create_queue(QueueName="other")["QueueUrl"]
    boto3.client("sqs").send_message(QueueUrl=other, MessageBody="a")
    assert timeline.read_lifelines(lab, queue).empty
    assert len(timeline.read_lifelines(lab)) == 1


def test_a_real_account_keeps_no_trace() -> None:
    with pytest.raises(timeline.NoTrace, match="plot_queue_depth"):
        timeline.read_lifelines(object())  # type: ignore[arg-type]


LIVES = rows(
    ("a", "visible", 0, 1, 0, "received"),
    ("a", "in flight", 1, 31, 1, "visible again"),
    ("a", "visible", 31, 32, 1, "received"),
    ("a", "in flight", 32, 62, 2, "visible again"),
    ("a", "visible", 62, 63, 2, "dead-lettered"),
    ("a", "dead-letter queue", 63, 90, 2, ""),
    ("b", "visible", 0, 1, 0, "received"),
    ("b", "in flight", 1, 4, 1, "deleted"),
)


def test_each_span_is_a_bar_in_its_messages_row() -> None:
    (axes,) = plots.plot_lifelines(LIVES).axes
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    assert bars == list(zip(LIVES["begins"], LIVES["ends"], strict=True))
    rows_of_bars = [round(bar.get_y() + bar.get_height() / 2) for bar in axes.patches]
    assert rows_of_bars == [0] * 6 + [1] * 2
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines] == [(63, 0), (4, 1)]
    assert [text.get_text() for text in axes.texts] == ["1", "2"]


def test_a_receive_has_one_number_however_often_it_is_extended() -> None:
    lives = rows(
        ("a", "in flight", 0, 20, 1, "extended"),
        ("a", "in flight", 20, 50, 1, "extended"),
        ("a", "in flight", 50, 60, 1, "visible again"),
        ("a", "in flight", 60, 100, 2, "deleted"),
    )
    (axes,) = plots.plot_lifelines(lives).axes
    assert [(text.get_position()[0], text.get_text()) for text in axes.texts] == [
        (35, "1"),
        (80, "2"),
    ]
    assert [line.get_marker() for line in axes.lines] == [">", ">", "o"]


def test_every_ending_has_a_mark_or_needs_none() -> None:
    assert set(MARKS) <= set(timeline.THEN)
    assert set(timeline.THEN) - set(MARKS) == {"sent", "received", "visible again"}
    looks = [(mark.sign, mark.face) for mark in MARKS.values()]
    assert len(set(looks)) == len(looks) - 1, "a look is drawn with its number"


def test_states_differ_without_colour() -> None:
    (axes,) = plots.plot_lifelines(LIVES).axes
    looks = {
        state: (round(bar.get_height(), 2), bar.get_hatch())
        for state, bar in zip(LIVES["state"], axes.patches, strict=True)
    }
    assert len(set(looks.values())) == 3


def test_only_what_is_drawn_is_explained() -> None:
    figure = plots.plot_lifelines(
        rows(
            ("b", "visible", 1, 1, 0, "received"),
            ("b", "in flight", 1, 4, 1, "let go"),
            ("b", "visible", 4, 4, 1, "looked at"),
        )
    )
    (legend,) = figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["in flight, nth receive", "looked at, nth receive", "let go"]


@settings(deadline=None, max_examples=40)
@given(st.sets(st.sampled_from([*STATES]), min_size=1), st.sets(st.sampled_from([*MARKS])))
def test_whatever_is_explained_is_not_cut(states: set[str], ends: set[str]) -> None:
    spans = [("a", state, 0, 9, 1, "") for state in sorted(states)]
    spans += [("a", "visible", 0, 9, 1, then) for then in sorted(ends)]
    figure = plots.plot_lifelines(rows(*spans))
    figure.draw_without_rendering()
    for legend in figure.legends:
        assert legend.get_window_extent().x1 <= figure.bbox.x1


def test_long_names_and_thirty_rows_are_not_cut() -> None:
    many = rows(*((f"transfer {n} from the savings", "visible", 0, 900, 0, "") for n in range(30)))
    figure = plots.plot_lifelines(many)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert len(boxes) == 30
    assert all(box.x0 >= 0 for box in boxes)
    assert all(box.y0 >= other.y1 for box, other in pairwise(boxes))


@pytest.mark.parametrize(
    ("ends", "unit", "last"),
    [
        (599, "seconds", "500"),
        (600, "minutes", "10"),
        (6 * 3600, "hours", "6"),
        (4 * 86400, "days", "4"),
    ],
)
def test_the_time_axis_has_a_unit_that_fits(ends: float, unit: str, last: str) -> None:
    figure = plots.plot_lifelines(rows(("a", "visible", 0, ends, 0, "")))
    figure.draw_without_rendering()
    (axes,) = figure.axes
    assert axes.get_xlabel() == f"lab time in {unit}"
    shown = [tick.get_text() for tick in axes.get_xticklabels()]
    assert last in shown


@pytest.mark.parametrize(
    ("lives", "sentence"),
    [
        (rows(), "There was no message."),
        (
            rows(("a", "visible", 0, 5, 0, "")),
            "1 message. After 5 s, it is visible. Nobody received it.",
        ),
        (
            LIVES,
            "2 messages. After 90 s, 1 is deleted and 1 is in the dead-letter queue. The message a "
            "was received 2 times. 2 times a message became visible again.",
        ),
        (
            LIVES.query("message == 'b'"),
            "1 message. After 4 s, it is deleted. It was received once.",
        ),
    ],
)
def test_sentence(lives: pd.DataFrame, sentence: str) -> None:
    assert plots.describe_lifelines(lives) == sentence
    plots.plot_lifelines(lives).draw_without_rendering()
    assert matplotlib.pyplot.get_fignums() == []


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (pd.DataFrame({"message": []}), "needs the column state, begins, ends"),
        (rows(("a", "lost", 0, 1, 0, "")), "No state 'lost'. States: delayed, visible"),
        (
            rows(*((str(n), "visible", 0, 1, 0, "") for n in range(41))),
            "41 messages do not fit in a picture; 40 do",
        ),
    ],
)
def test_bad_rows_are_refused(bad: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.plot_lifelines(bad)
