"""The statistics of CloudWatch, over the samples of a period.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html

Five are plain. Percentiles (p99) need each value. Trimmed statistics (tm99, TC(1:5), PR, IQM)
are AWS's and not this account's: they are refused in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from math import ceil

from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.cloudwatch.published.samples import Samples

PLAIN = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")

_NUMBER = r"\d+(?:\.\d{1,10})?"
_PERCENTILE = re.compile(rf"p({_NUMBER})")
_TRIMMED = re.compile(
    rf"IQM|(?:tm|ts|tc|wm){_NUMBER}|(?:TM|TS|TC|WM|PR)\((?:{_NUMBER})?%?:(?:{_NUMBER})?%?\)"
)

Statistic = Callable[[Samples], "float | None"]


class UnknownStatistic(ValueError):
    """CloudWatch has no statistic of that name."""


@lru_cache(maxsize=256)
def find_statistic(name: str) -> Statistic:
    """What computes the statistic; of samples, it makes None if the statistic cannot be known.

    Raises:
        UnknownStatistic: there is none of that name.
        NotInEmbeddedAccount: it is a trimmed one.
    """
    if name in PLAIN:
        return lambda samples: _plain(samples, name)
    if (found := _PERCENTILE.fullmatch(name)) and float(found[1]) <= 100:
        return _percentile(float(found[1]))
    if _TRIMMED.fullmatch(name):
        raise NotInEmbeddedAccount(
            f"The embedded account has no trimmed statistics ({name}): use a percentile such as "
            "p99. A real account has them."
        )
    raise UnknownStatistic(name)


def _plain(samples: Samples, name: str) -> float | None:
    match name:
        case "SampleCount":
            return float(samples.count)
        case "Sum":
            return float(samples.total)
        case "Minimum":
            return float(samples.lowest)
        case "Maximum":
            return float(samples.highest)
    return samples.total / samples.count if samples.count else None


def _percentile(percent: float) -> Statistic:
    """The smallest value that so many per cent of the samples do not exceed: one that came.

    CloudWatch computes it of known values alone, and not where one is negative.
    """

    def compute(samples: Samples) -> float | None:
        if not samples.are_known or samples.lowest < 0:
            return None
        rank, seen = max(1, ceil(round(samples.count * percent / 100, 9))), 0.0
        pairs = sorted(samples.values.items())
        for value, count in pairs:
            seen += count
            if seen >= rank:
                return float(value)
        return float(pairs[-1][0])

    return compute
