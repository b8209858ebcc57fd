"""Questions to a function's log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest

from helpers import Lab
from helpers.bank import pipeline, sender
from helpers.deploying.readiness import NotReadyInTime
from helpers.watching import insights


def test_a_function_without_a_log(lab: Lab) -> None:
    with pytest.raises(LookupError, match="nobody has no log: it never ran"):
        insights.query_log(lab, "nobody", "limit 1", lab.now() - timedelta(hours=1))


def test_rows_come_in_the_querys_order_as_texts(lab: Lab) -> None:
    start = lab.now()
    bank = pipeline.build_bank(lab)
    sender.send_transactions(count=20, seed=1, spoil=False)
    lab.run_until_idle()
    query = 'filter @type = "REPORT" | sort @duration desc | display @type, @duration'
    found = insights.query_log(lab, bank.receiver, query, start)
    assert list(found.columns) == ["@type", "@duration"]
    assert len(found) == 2
    assert float(found["@duration"][0]) >= float(found["@duration"][1])
    assert insights.query_log(lab, bank.receiver, "filter 1 = 2", start).empty


class Slow:
    """CloudWatch Logs, with a query that has these states in turn."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)
        self.exceptions = boto3.client("logs").exceptions

    def start_query(self, **given: Any) -> dict[str, str]:
        return {"queryId": "q"}

    def get_query_results(self, queryId: str) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"status": state, "results": [[{"field": "a", "value": "1"}]]}


def test_an_answer_is_waited_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """On AWS a query takes some seconds."""

    def ask(*states: str) -> Any:
        logs = Slow(*states)
        with monkeypatch.context() as patch:
            patch.setattr(boto3, "client", lambda service: logs)
            return insights.query_log(lab, "f", "limit 1", lab.now(), limit=10)

    began = lab.now()
    assert ask("Scheduled", "Running", "Complete")["a"].to_list() == ["1"]
    assert lab.now() - began == timedelta(seconds=2)
    with pytest.raises(NotReadyInTime, match="Waited 10 s until the query is answered"):
        ask("Running")
    with pytest.raises(RuntimeError, match="ended as Failed"):
        ask("Failed")
