from decimal import Decimal

import pandas as pd
import pytest

from helpers import Lab
from helpers.bank import pipeline, sender
from helpers.data_files import find_data
from helpers.deploying.invocations import read_log
from helpers.watching import costs


def test_prices() -> None:
    assert costs.read_prices()["SQS standard requests"] == Decimal("0.0000004")


def test_estimate() -> None:
    frame = costs.estimate_costs({"SQS standard requests": 10_000, "KMS key": 0.5})
    assert frame["cents"].to_dict() == {"SQS standard requests": 0.4, "KMS key": 50.0}


def test_unknown_item() -> None:
    with pytest.raises(ValueError, match=r"No price for Coffee\. Priced: SQS standard requests"):
        costs.estimate_costs({"Coffee": 1})


def test_the_date_is_that_of_the_list() -> None:
    assert "`prices.csv`" in find_data("README.md").read_text()
    lines = find_data("README.md").read_text(encoding="utf-8").splitlines()
    assert all(costs.PRICE_DATE in line for line in lines if line.startswith("| `prices.csv`"))


def test_a_run_is_counted_from_its_metrics(lab: Lab) -> None:
    start = lab.now()
    bank = pipeline.build_bank(lab)
    sender.send_transactions(count=20, seed=1)
    lab.run_until_idle()
    lab.advance(seconds=60)
    estimate = costs.estimate_run(lab, "banking-queue", bank.receiver, start)
    assert estimate.loc["SQS standard requests", "amount"] >= 20 + 2 * 2
    assert estimate.loc["Lambda requests", "amount"] >= 2
    seconds = (lab.now() - start).total_seconds()
    assert estimate.loc["KMS requests", "amount"] == seconds / 300 * 3
    assert estimate["cents"].sum() > 0


def test_every_request_is_in_the_bill() -> None:
    queue = pd.DataFrame({"NumberOfMessagesSent": [11, 10], "NumberOfEmptyReceives": [5, 2]})
    function = pd.DataFrame({"Invocations": [2, 1], "Duration": [1000.0, 4000.0]})
    assert costs.count_amounts(queue, function, 512, cold_milliseconds=2000) == {
        "SQS standard requests": 3 + 2 * 3 + 7,
        "Lambda requests": 3,
        "Lambda duration": (2 + 4 + 2) / 2,
    }


def test_an_hours_bill_is_whole(lab: Lab) -> None:
    pipeline.build_bank(lab)
    start = lab.now()
    sender.send_every_minute(lab, minutes=3, count=5)
    end = lab.now()
    logged = [line for name in (costs.SENDER, costs.RECEIVER) for _, line in read_log(name, start)]
    sender.send_every_minute(lab, minutes=1, count=5)  # after the end: in no bill
    bill = costs.estimate_hour(lab, start, end, alarms=3)
    assert set(bill["part"]) == {"work", "watching", "key"}
    assert bill.loc["DynamoDB write requests", "amount"] == 15
    assert bill.loc["DynamoDB read requests", "amount"] == 30
    assert bill.loc["KMS requests", "amount"] == 180 / 300 * 3
    assert bill.loc["CloudWatch alarms", "amount"] == 3 * 180 / (30 * 86400)
    assert bill.loc["Lambda requests", "amount"] == 6, "the sender's and the receiver's"
    assert bill.loc["KMS key", "amount"] == 180 / (30 * 86400)
    assert bill.loc["CloudWatch Logs ingestion", "amount"] == sum(len(each) + 26 for each in logged)


def test_an_hours_sends_are_the_senders_own(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how many calls it made; the bill of a run supposes calls of ten messages each."""
    minutes = pd.DataFrame(
        {
            "NumberOfMessagesSent": [105.0],
            "NumberOfMessagesReceived": [105.0],
            "NumberOfEmptyReceives": [7.0],
        }
    )
    calls = pd.DataFrame({"Invocations": [20.0], "Duration": [10.0]})
    monkeypatch.setattr(costs, "read_queue_metrics", lambda *_: minutes)
    monkeypatch.setattr(costs, "read_function_metrics", lambda *_: calls)
    bill = costs.estimate_hour(lab, lab.now(), lab.now(), alarms=0)
    assert bill.loc["SQS standard requests", "amount"] == 20 + 2 * 20 + 7
