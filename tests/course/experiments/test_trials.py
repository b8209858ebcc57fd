"""Handlers tried on a queue of their own: what is booked, deleted, dead or lost."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import Lab, plots
from helpers.deploying.mappings import find_mappings
from helpers.experiments import trials
from tests.course.conftest import run_cell

Handler = Callable[[Any, Any], Any]

NAIVE: Handler = run_cell("""
    def handler(event, context):
        for record in event["Records"]:
            print("booked", int(record["body"]))
""")

CAREFUL: Handler = run_cell("""
    def handler(event, context):
        failures = []
        for record in event["Records"]:
            try:
                print("booked", int(record["body"]))
            except ValueError:
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}
""")

SLOW: Handler = run_cell("""
    import time


    def handler(event, context):
        time.sleep(20)
        print("booked", event["Records"][0]["body"])
""")


def test_one_poison_message_takes_nine_with_it(lab: Lab) -> None:
    table = trials.run_trial(lab, NAIVE, trials.AMOUNTS).table
    assert list(table.index) == list(trials.AMOUNTS)
    assert list(table["booked"]) == [5] * 3 + [0] * 7
    assert set(table["end"]) == {"dead letter"}


def test_the_last_error_is_told(lab: Lab) -> None:
    trial = trials.run_trial(lab, NAIVE, ["1", "seven"])
    assert trial.error == "ValueError: invalid literal for int() with base 10: 'seven'"
    assert trials.run_trial(lab, NAIVE, ["1"]).error == ""


def test_partial_responses_without_the_switch_lose_the_bad_one(lab: Lab) -> None:
    table = trials.run_trial(lab, CAREFUL, trials.AMOUNTS).table
    assert set(table["end"]) == {"deleted"}
    assert table["booked"].to_dict() == {body: int(body != "seven") for body in trials.AMOUNTS}


def test_partial_responses_with_the_switch_keep_it(lab: Lab) -> None:
    trial = trials.run_trial(lab, CAREFUL, trials.AMOUNTS, report=True)
    assert list(trial.table["booked"]) == [1] * 3 + [0] + [1] * 6
    assert trial.table["end"].to_dict() == {
        body: "dead letter" if body == "seven" else "deleted" for body in trials.AMOUNTS
    }
    lives = trial.lives
    assert set(lives["message"]) == set(trials.AMOUNTS)
    assert lives[lives["message"] == "seven"]["receive_count"].max() == 5


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(bodies=st.lists(st.sampled_from(["1", "2", "-3", "x", "4.5", "y z", "0"]), min_size=1,
                       max_size=7, unique=True))  # fmt: skip
def test_with_the_switch_each_message_is_booked_once_or_dead(lab: Lab, bodies: list[str]) -> None:
    table = trials.run_trial(lab, CAREFUL, bodies, report=True).table
    for body, (booked, end) in table.iterrows():
        is_number = body.lstrip("-").isdigit()
        assert (booked, end) == ((1, "deleted") if is_number else (0, "dead letter"))


def test_work_that_began_late_is_done_again(lab: Lab) -> None:
    """SDG: the time in flight begins with the receive, not with the invocation."""
    given = {"timeout": 30, "at_once": 1, "batch_size": 1}
    enough = trials.run_trial(lab, SLOW, ["a", "b", "c"], visibility=180, **given)
    assert list(enough.table["booked"]) == [1, 1, 1]
    short = trials.run_trial(lab, SLOW, ["a", "b", "c"], visibility=30, **given)
    assert short.table["booked"].sum() > 3
    assert set(short.table["end"]) == {"deleted"}
    ends = short.lives["then"].value_counts()
    assert ends["deleted"] + ends["delete ignored"] == short.table["booked"].sum()


def test_a_trial_begins_anew(lab: Lab) -> None:
    """Nothing of the trial before is in the next one: no limit, no message, no row."""
    trials.run_trial(lab, SLOW, ["a", "b"], timeout=30, at_once=1, batch_size=1)
    trial = trials.run_trial(lab, NAIVE, ["1", "2"])
    assert list(trial.table.index) == ["1", "2"]
    assert set(trial.lives["message"]) == {"1", "2"}
    answer = boto3.client("lambda").get_function_concurrency(FunctionName=trials.FUNCTION)
    assert "ReservedConcurrentExecutions" not in answer
    lab.advance(seconds=10)
    assert find_mappings(trials.FUNCTION) == []


def test_a_trial_that_was_interrupted_does_not_disturb_the_next(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lab, "run_until_idle", interrupt)
        with pytest.raises(KeyboardInterrupt):
            trials.run_trial(lab, NAIVE, ["1", "x"])
    assert list(trials.run_trial(lab, NAIVE, ["2", "3"]).table["booked"]) == [1, 1]


@pytest.mark.parametrize("bodies", [[], ["1"] * 2, [str(n) for n in range(11)]])
def test_bodies_that_are_no_batch(lab: Lab, bodies: list[str]) -> None:
    with pytest.raises(ValueError, match="1 to 10 bodies, all different"):
        trials.run_trial(lab, NAIVE, bodies)


def test_a_body_that_sqs_refuses(lab: Lab) -> None:
    with pytest.raises(ValueError, match="SQS did not take all bodies: Invalid characters"):
        trials.run_trial(lab, NAIVE, ["1", "\x0b"])


def test_a_visibility_below_the_timeout_is_refused(lab: Lab) -> None:
    words = "Queue visibility timeout: 20 seconds is less than Function timeout: 30 seconds"
    with pytest.raises(ClientError, match=words):
        trials.run_trial(lab, NAIVE, ["1"], visibility=20, timeout=30)


def test_clean_up(lab: Lab) -> None:
    trials.run_trial(lab, NAIVE, ["1"])
    assert len(trials.delete_trial()) == 4
    assert trials.delete_trial() == []


def test_a_real_account_has_a_table_and_no_picture(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    class Real:
        """The lab without its trace."""

        now, advance, run_until_idle = lab.now, lab.advance, lab.run_until_idle

    trial = trials.run_trial(Real(), NAIVE, ["1"])  # type: ignore[arg-type]
    assert list(trial.table["booked"]) == [1]
    assert trial.lives is None
    plots.show_lives(trial.lives)
    assert "Go on with the next cell" in capsys.readouterr().out.replace("\n", " ")
