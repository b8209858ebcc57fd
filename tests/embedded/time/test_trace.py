"""What is noted in numbers comes back as it was noted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.embedded.services.lambda_.execution.function_logs import FunctionLogs
from helpers.embedded.time.clock import Clock
from helpers.embedded.time.trace import Happening, Trace

texts = st.text(max_size=5)
maybe = st.none() | texts
counts = st.integers(0, 2**31 - 1)
durations = st.none() | st.integers(0, 2**62)


@given(
    st.lists(
        st.tuples(st.just("message"), texts, texts, texts, counts, durations)
        | st.tuples(st.just("invocation"), texts, texts, counts, texts, maybe, st.none() | counts)
        | st.tuples(st.just("throttled"), texts, maybe, st.none() | counts)
        | st.tuples(st.just("key_use"), texts, texts, texts)
    )
)
def test_every_happening_comes_back(noted: list[tuple[str, object]]) -> None:
    clock = Clock()
    trace, expected = Trace(clock), []
    for moment, (kind, *values) in enumerate(noted):
        clock.elapsed = moment
        getattr(trace, kind)(*values)
        given: dict[str, object] = {"at": moment}
        match kind, values:
            case "message", [what, queue, message_id, receives, hidden]:
                given |= {"what": what, "queue": queue, "message_id": message_id}
                given |= {"receive_count": receives, "duration": hidden}
            case "invocation", [function, environment, began, outcome, queue, messages]:
                given |= {"at": began, "what": "invoked", "queue": queue, "function": function}
                given |= {"environment": environment, "duration": moment - int(str(began))}
                given |= {"outcome": outcome, "messages": messages}
            case "throttled", [function, queue, messages]:
                given |= {"what": "throttled", "queue": queue, "function": function}
                given |= {"outcome": "throttled", "messages": messages}
            case "key_use", [what, queue, outcome]:
                given |= {"what": what, "queue": queue, "outcome": outcome}
        expected.append(Happening(**given))  # type: ignore[arg-type]
    assert trace.all() == expected


def test_log_entries_that_are_pressed_come_back_in_order() -> None:
    clock = Clock()
    logs = FunctionLogs(clock, lambda group, entries: None)
    written = []
    for number in range(2500):
        clock.elapsed = number * 1000
        lines = [f"line {number} \udcff\x00 Grüße", "REPORT"]
        logs.write("/aws/lambda/f", "stream", lines)
        written += [(clock.unix_milliseconds(), line) for line in lines]
    assert [tuple(each) for each in logs.take()["/aws/lambda/f", "stream"]] == written
    assert logs.take() == {}
