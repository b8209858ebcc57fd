"""Statistics beside a slow computation from a plain list of all samples.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.embedded.service import NotInEmbeddedAccount
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


def test_what_needs_each_value_is_not_known_of_statistic_sets_and_negative_values() -> None:
    of_a_set, of_one_value = Samples(), Samples()
    of_a_set.add_set(4, 20, 1, 9)
    of_one_value.add_set(4, 12, 3, 3)
    statistic = find_statistic("p50")
    assert statistic(of_a_set) is None
    assert statistic(of_one_value) == 3
    assert compute("p50", [-1, 2]) is None


@pytest.mark.parametrize("name", ["tm90", "wm99.5", "IQM", "PR(:5)", "TS(2:3)", "TM(5%:95%)"])
def test_trimmed_statistics_are_refused_in_words(name: str) -> None:
    with pytest.raises(NotInEmbeddedAccount, match="percentile"):
        find_statistic(name)


@pytest.mark.parametrize("name", ["Median", "p101", "p", "P50", "TM90", "TM(90)", "iqm", "sum", ""])
def test_what_is_no_statistic(name: str) -> None:
    with pytest.raises(UnknownStatistic):
        find_statistic(name)
