from decimal import Decimal

import pytest

from helpers import costs
from helpers.packages import DATA


def test_prices() -> None:
    assert costs.read_prices()["SQS standard requests"] == Decimal("0.0000004")


def test_estimate() -> None:
    frame = costs.estimate_costs({"SQS standard requests": 10_000, "KMS key": 0.5})
    assert frame["cents"].to_dict() == {"SQS standard requests": 0.4, "KMS key": 50.0}


def test_unknown_item() -> None:
    with pytest.raises(ValueError, match=r"No price for Coffee\. Priced: SQS standard requests"):
        costs.estimate_costs({"Coffee": 1})


def test_the_date_is_that_of_the_list() -> None:
    assert "`prices.csv`" in (DATA / "README.md").read_text()
    lines = (DATA / "README.md").read_text(encoding="utf-8").splitlines()
    assert all(costs.PRICE_DATE in line for line in lines if line.startswith("| `prices.csv`"))
