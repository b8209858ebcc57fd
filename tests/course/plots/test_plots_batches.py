"""Batches measured, drawn and described; and the pictures of permissions."""

from collections.abc import Callable
from itertools import pairwise

import boto3
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from helpers import Lab, plots
from helpers.bank import pipeline, sender
from helpers.deploying import packages, roles
from helpers.watching import costs
from tests.course.checks.test_checks_send_with_lambda import SENDER, least
from tests.course.conftest import run_cell

ROWS = pd.DataFrame(
    [(1, 100, 0.502, 41.2), (10, 10, 0.052, 4.3)], columns=["size", "calls", "seconds", "cents"]
).set_index("size")


def test_ten_in_a_batch_take_a_tenth_of_the_requests(lab: Lab) -> None:
    bank = pipeline.build_queues(lab)
    role = roles.create_role(sender.ROLE, "AWSLambdaBasicExecutionRole", "P", least(bank))
    packages.deploy_handler(lab, sender.FUNCTION, run_cell(SENDER), role, QUEUE_URL=bank.queue_url)
    runs = sender.measure_batches([f"text {number}" for number in range(12)], 1, 5, 10)
    assert list(runs["calls"]) == [12, 3, 2]
    for (_, more), (_, fewer) in pairwise(runs.iterrows()):
        assert more["seconds"] > fewer["seconds"]
        assert more["cents"] > fewer["cents"]
    prices = costs.read_prices()
    least_cents = float(prices["SQS standard requests"]) * 1e6 * 100
    assert runs.loc[1, "cents"] > least_cents
    boto3.client("iam").delete_role_policy(RoleName=sender.ROLE, PolicyName="P")
    with pytest.raises(RuntimeError, match="not authorized to perform: sqs:sendmessage"):
        sender.measure_batches(["text"], 1)


def test_a_bar_has_a_part_for_each_request() -> None:
    (axes,) = plots.plot_batches(ROWS).axes
    assert [len(container) for container in axes.containers] == [100, 10]
    for container, seconds in zip(axes.containers, ROWS["seconds"], strict=True):
        last = container[-1]
        assert last.get_x() + last.get_width() == pytest.approx(seconds)
    assert [text.get_text() for text in axes.texts] == [
        "100 requests, 41.2 ¢",
        "10 requests, 4.3 ¢",
    ]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "10"]


def test_words_stay_on_the_sheet() -> None:
    figure = plots.plot_batches(ROWS)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    for text in axes.texts:
        assert text.get_window_extent().x1 <= figure.bbox.x1


def test_sentence_says_what_the_rows_say() -> None:
    assert plots.describe_batches(ROWS, "2026-11-23") == (
        "In batches of 1 the messages took 100 requests, 0.502 s and 41.2 US cents a million. In "
        "batches of 10 the messages took 10 requests, 0.052 s and 4.3 US cents a million. Prices "
        "of 2026-11-23, before any free tier."
    )


@pytest.mark.parametrize("rows", [ROWS.drop(columns="calls"), ROWS.iloc[:0]])
def test_rows_that_are_none(rows: pd.DataFrame) -> None:
    for draw in (plots.plot_batches, lambda rows: plots.describe_batches(rows, "today")):
        with pytest.raises(ValueError, match=r"helpers\.bank\.sender\.measure_batches"):
            draw(rows)


@pytest.mark.parametrize(
    ("draw", "describe", "actions"),
    [
        (
            plots.draw_sender_permissions,
            plots.describe_sender_permissions,
            ["sqs:SendMessage", "kms:GenerateDataKey", "kms:Decrypt"],
        ),
        (
            plots.draw_receiver_permissions,
            plots.describe_receiver_permissions,
            ["sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage", "kms:Decrypt"],
        ),
    ],
)
def test_permission_words_do_not_touch_boxes(
    draw: Callable[[], Figure], describe: Callable[[], str], actions: list[str]
) -> None:
    figure = draw()
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = [
        patch.get_window_extent() for patch in axes.patches if isinstance(patch, FancyBboxPatch)
    ]
    words = [text for text in axes.texts if ":" in text.get_text()]
    for text in words:
        assert not any(text.get_window_extent().overlaps(box) for box in boxes)
    for action in actions:
        assert action in describe()
        assert any(action in text.get_text() for text in words)
