"""From lives to beats, and from those to a picture that moves, or stands still at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

import boto3
import pandas as pd
import pytest

from helpers import Lab, open_lab, pipeline, plots, sender
from helpers.experiments.lives import QUEUE, live_all_ways
from helpers.plots.journeys import MOST_MESSAGES
from helpers.plots.stage import PLACES, STAGE

COLUMNS = ["message", "state", "begins", "ends", "receive_count", "then"]
SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 60_000


def rows(*spans: tuple[str, str, float, float, int, str]) -> pd.DataFrame:
    return pd.DataFrame(spans, columns=COLUMNS)


LIVES = rows(
    ("a", "visible", 0, 1, 0, "received"),
    ("a", "in flight", 1, 31, 1, "visible again"),
    ("a", "visible", 31, 31, 1, "received"),
    ("a", "in flight", 31, 61, 2, "visible again"),
    ("a", "visible", 61, 61, 2, "dead-lettered"),
    ("a", "dead-letter queue", 61, 90, 2, ""),
    ("b", "visible", 0, 1, 0, "received"),
    ("b", "in flight", 1, 4, 1, "deleted"),
    ("late", "delayed", 10, 20, 0, "sent"),
    ("late", "visible", 20, 90, 0, "expired"),
)


def read_counts(svg: str) -> list[tuple[float, dict[str, int]]]:
    """The seconds on the clock and the count at each place, frame by frame."""
    root = Xml.fromstring(svg)
    names = [text.text for text in root.findall(f"{SVG}text")]
    places = [place.words for place in PLACES.values() if place.words in names]
    found = []
    for frame in root.findall(f"{SVG}g"):
        if frame.get("class") in ("frame", "last"):
            clock, *counts = (text.text or "" for text in frame.findall(f"{SVG}text"))
            numbers = dict(zip(places, map(int, counts), strict=True))
            found.append((float(clock.split()[0]), numbers))
    return found


def count(visible: int = 0, flight: int = 0, deleted: int = 0, dead: int = 0) -> dict[str, int]:
    return {"visible": visible, "in flight": flight, "deleted": deleted, "dead letters": dead}


def test_every_beat_has_the_counts_of_its_moment() -> None:
    frames = read_counts(plots.animate_journeys(LIVES.query("message != 'late'")).svg)
    assert frames == [
        (0, count(visible=2)),
        (1, count(flight=2)),
        (4, count(flight=1, deleted=1)),
        (31, count(visible=1, deleted=1)),  # back, and received in the same instant
        (31, count(flight=1, deleted=1)),
        (61, count(visible=1, deleted=1)),
        (61, count(deleted=1, dead=1)),
    ]


def test_what_is_sent_later_is_not_counted_before() -> None:
    frames = read_counts(plots.animate_journeys(LIVES).svg)
    assert [sum(counts.values()) for _, counts in frames] == [2, 2, 2, *[3] * 7]
    assert frames[-1][1] == {
        "delayed": 0, "visible": 0, "in flight": 0, "deleted": 1, "dead letters": 1, "expired": 1,
    }  # fmt: skip


def test_different_messages_that_hop_at_nearly_the_same_time_move_together() -> None:
    spans = [(name, "visible", 0, 50 + n / 10, 0, "received") for n, name in enumerate("abcdefg")]
    spans += [(name, "in flight", 50 + n / 10, 100, 1, "") for n, name in enumerate("abcdefg")]
    frames = read_counts(plots.animate_journeys(rows(*spans)).svg)
    assert [moment for moment, _ in frames] == [0, 50.5, 50.6]
    assert [counts["in flight"] for _, counts in frames] == [0, 6, 7]


def test_a_look_takes_a_message_in_flight_and_back() -> None:
    lives = rows(("a", "visible", 0, 5, 0, "looked at"), ("a", "visible", 5, 9, 1, ""))
    frames = read_counts(plots.animate_journeys(lives).svg)
    assert [(at, counts["in flight"]) for at, counts in frames] == [(0, 0), (5, 1), (5, 0)]


@pytest.fixture(scope="module")
def run() -> Iterator[tuple[Lab, pd.DataFrame]]:
    """A hundred transactions, 12 of them spoilt, to their ends."""
    with open_lab() as lab:
        bank = pipeline.build_bank(lab)
        sending = sender.send_transactions(count=100)
        lab.run_until_idle()
        lives = pipeline.read_lives(lab, bank, sending)
        assert lives is not None
        yield lab, lives


def test_frames_agree_with_the_account(run: tuple[Lab, pd.DataFrame]) -> None:
    """A hundred real lives: at the time on the clock each message was where the frame has it."""
    _, lives = run
    frames = read_counts(plots.animate_journeys(lives).svg)
    last = dict(frames)  # a moment may have several frames
    assert len(last) >= 8
    for moment, counts in last.items():
        # The clock shows tenths: some moment within one must have had just these counts.
        near = {time for time in (*lives["begins"], *lives["ends"]) if abs(time - moment) <= 0.051}
        assert any(count_at(lives, time) == counts for time in {moment, *near})
    assert frames[-1][1] == {"visible": 0, "in flight": 0, "deleted": 88, "dead letters": 12}


def count_at(lives: pd.DataFrame, moment: float) -> dict[str, int]:
    """How many messages were where just after a moment, read from their spans alone."""
    now = lives[(lives["begins"] <= moment) & (moment < lives["ends"])]
    states = now["state"].value_counts()
    done = int(((lives["then"] == "deleted") & (lives["ends"] <= moment)).sum())
    still = lives.groupby("message").tail(1).query("then == '' and ends <= @moment")
    dead = int(states.get("dead-letter queue", 0)) + len(still)
    return count(int(states.get("visible", 0)), int(states.get("in flight", 0)), done, dead)


def test_a_core_is_shown_once_it_is_booked(run: tuple[Lab, pd.DataFrame]) -> None:
    _, lives = run
    svg = plots.animate_journeys(lives).svg
    assert lives.groupby("message")["booked"].first().notna().sum() == 88
    cores = Xml.fromstring(svg).findall(f".//{SVG}g/{SVG}circle[2]")
    assert len(cores) == 88
    received = lives[lives["then"] == "received"].groupby("message")["ends"].min()
    booked = lives.groupby("message")["booked"].first().dropna()
    assert (booked >= received[booked.index].round(3)).all()


def test_it_is_small_the_same_each_time_and_asks_nobody(run: tuple[Lab, pd.DataFrame]) -> None:
    _, lives = run
    svg = plots.animate_journeys(lives, "One hundred").svg
    assert len(svg.encode()) < MOST_BYTES
    assert svg == plots.animate_journeys(lives, "One hundred").svg
    assert "<script" not in svg
    assert re.findall(r"(?:href|url)\W+(http[^\"')]*)", svg) == []
    assert "prefers-reduced-motion:reduce" in svg


def test_without_motion_it_shows_the_end() -> None:
    root = Xml.fromstring(plots.animate_journeys(LIVES).svg)
    style = root.findtext(f"{SVG}style") or ""
    names = {"a": "dead letters", "b": "deleted", "late": "expired"}
    corners = {
        text.text: (float(text.get("x", 0)), float(text.get("y", 0)))
        for text in root.findall(f"{SVG}text")
    }
    for pill in root.findall(f"{SVG}g[@class]"):
        message = pill.findtext(f"{SVG}text")
        if message not in names:
            continue
        still = re.search(rf"\.{pill.get('class')}{{transform:translate\((\d+)px,(\d+)px", style)
        assert still
        x, y = corners[names[message]]
        assert int(still[1]) < x
        assert y - int(still[2]) == 21  # its head stands there
    assert ".frame{visibility:hidden}.last{visibility:visible}" in style


def test_its_sentence_is_in_it_and_its_colours_pass_on_its_stage() -> None:
    svg = plots.animate_journeys(LIVES).svg
    assert Xml.fromstring(svg).findtext(f"{SVG}desc") == plots.describe_journeys(LIVES)

    def luminance(colour: str) -> float:
        tones = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        parts = [
            tone / 12.92 if tone <= 0.04045 else ((tone + 0.055) / 1.055) ** 2.4 for tone in tones
        ]
        return sum(
            share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )

    for colour in set(re.findall(r"#[0-9A-F]{6}", svg)) - {STAGE}:
        assert (luminance(colour) + 0.05) / (luminance(STAGE) + 0.05) >= 4.5


def test_five_messages_live_all_the_lives_there_are(lab: Lab) -> None:
    lives = live_all_ways(lab)
    assert set(lives["then"]) >= {
        "sent", "received", "visible again", "deleted", "dead-lettered", "redriven", "expired",
    }  # fmt: skip
    assert plots.describe_journeys(lives) == plots.describe_lifelines(lives)
    assert "QueueUrls" not in boto3.client("sqs").list_queues(QueueNamePrefix=QUEUE)
    again = live_all_ways(lab)
    assert again.equals(lives)


def test_sentence_tells_what_was_booked() -> None:
    lives = LIVES.assign(booked=LIVES["message"].map({"a": 2.0, "b": 3.0}))
    assert plots.describe_journeys(lives).endswith(". 2 were booked, 1 of them dead letters.")
    nothing = LIVES.assign(booked=float("nan"))
    assert plots.describe_journeys(nothing).endswith(". None was booked.")


def test_a_real_account_says_why_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    plots.show_journeys(None)
    assert "keeps no trace" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (pd.DataFrame({"message": []}), "needs the column state, begins, ends"),
        (rows(("a", "lost", 0, 1, 0, "")), "No state 'lost'"),
        (rows(), "no message to be watched"),
        (
            rows(*((str(n), "visible", 0, 1, 0, "") for n in range(MOST_MESSAGES + 1))),
            "121 messages do not fit",
        ),
        (
            rows(*(("a", "visible", n, n + 1, n, "looked at") for n in range(50))),
            "101 moments are too many",
        ),
    ],
)
def test_bad_rows_are_refused(bad: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.animate_journeys(bad)
