"""Statistics beside a slow computation from a plain list of all samples.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.services.cloudwatch.statistics import UnknownStatistic, find_statistic

LISTS = st.lists(st.integers(0, 9).map(float), min_size=1, max_size=30)
SHARES = st.integers(0, 100)


def compute(name: str, samples: list[float]) -> float | None:
    """Each sample comes alone, or together with its equals."""
    made = Samples()
    for value in samples:
        made.add(value)
    return find_statistic(name)(made)


@given(LISTS)
def test_plain_statistics(samples: list[float]) -> None:
    assert compute("SampleCount", samples) == len(samples)
    assert compute("Sum", samples) == sum(samples)
    assert compute("Average", samples) == pytest.approx(sum(samples) / len(samples))
    assert compute("Minimum", samples) == min(samples)
    assert compute("Maximum", samples) == max(samples)


@given(LISTS, SHARES)
def test_a_percentile_is_a_sample_that_so_many_do_not_exceed(
    samples: list[float], share: int
) -> None:
    value = compute(f"p{share}", samples)
    assert value in samples
    assert sum(each <= value for each in samples) >= len(samples) * share / 100
    assert sum(each < value for each in samples) <= len(samples) * share / 100


def kept(samples: list[float], low: int, high: int) -> list[float]:
    """Without the lowest and highest shares, as far as these are whole samples."""
    ordered = sorted(samples)
    return ordered[floor(len(ordered) * low / 100) : ceil(len(ordered) * high / 100)]


@given(LISTS, SHARES, SHARES)
def test_what_lies_outside_of_shares_is_trimmed(samples: list[float], one: int, two: int) -> None:
    low, high = sorted((one, two))
    if low == high:
        return
    inside = kept(samples, low, high)
    bounds = f"({low}%:{high}%)"
    assert compute(f"TC{bounds}", samples) == len(inside)
    assert compute(f"TS{bounds}", samples) == sum(inside)
    assert compute(f"TM{bounds}", samples) == pytest.approx(sum(inside) / len(inside))
    pulled = [min(max(value, inside[0]), inside[-1]) for value in samples]
    assert compute(f"WM{bounds}", samples) == pytest.approx(sum(pulled) / len(pulled))


@given(LISTS, st.integers(0, 8))
def test_what_lies_outside_of_values_is_trimmed(samples: list[float], low: int) -> None:
    """The higher bound is inside, the lower one is not."""
    high = low + 1
    inside = [value for value in samples if low < value <= high]
    assert compute(f"TC({low}:{high})", samples) == len(inside)
    assert compute(f"TS({low}:{high})", samples) == sum(inside)
    mean = sum(inside) / len(inside) if inside else None
    assert compute(f"TM({low}:{high})", samples) == mean
    share = 100 * len(inside) / len(samples)
    assert compute(f"PR({low}:{high})", samples) == pytest.approx(share)
    assert compute(f"PR(:{high})", samples) == pytest.approx(
        100 * sum(value <= high for value in samples) / len(samples)
    )


@given(LISTS, SHARES)
def test_short_forms(samples: list[float], share: int) -> None:
    if share:
        for short, long in (("tm", "TM"), ("tc", "TC"), ("ts", "TS"), ("wm", "WM")):
            assert compute(f"{short}{share}", samples) == compute(f"{long}(:{share}%)", samples)
    assert compute("IQM", samples) == compute("TM(25%:75%)", samples)


@pytest.mark.parametrize("name", ["p50", "tm90", "IQM", "PR(:5)", "TS(2:3)"])
def test_what_needs_each_value_is_not_known_of_statistic_sets_and_negative_values(
    name: str,
) -> None:
    of_a_set, of_one_value = Samples(), Samples()
    of_a_set.add_set(4, 20, 1, 9)
    of_one_value.add_set(4, 12, 3, 3)
    statistic = find_statistic(name)
    assert statistic(of_a_set) is None
    assert statistic(of_one_value) is not None
    assert compute(name, [-1, 2]) is None


@pytest.mark.parametrize(
    "name",
    ["Median", "p101", "p", "P50", "TM90", "tm101", "TM(90)", "TM(5%:90)", "TM(9:3)", "TM(:)",
     "TM(0%:101%)", "PR(1%:50%)", "iqm", "sum", ""],
)  # fmt: skip
def test_what_is_no_statistic(name: str) -> None:
    with pytest.raises(UnknownStatistic):
        find_statistic(name)
