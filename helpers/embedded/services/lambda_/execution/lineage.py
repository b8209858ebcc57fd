"""Who called whom: the trace header by which Lambda notices a function that calls itself.

Lambda tells a function in `_X_AMZN_TRACE_ID`; botocore sends that on with the function's
requests; SQS keeps it with the message as AWSTraceHeader; the poller reads it there again.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

LOOP = 16
"""Rounds after which a loop is stopped."""

_LINEAGE = re.compile(r"Lineage=\d+:(?P<function>[0-9a-f]{8}):(?P<rounds>\d+)")


class Lineage(NamedTuple):
    """The function whose loop the request may be part of, and the rounds so far."""

    function: str = ""
    rounds: int = 0

    def is_loop(self, function_arn: str) -> bool:
        return self.function == _short(function_arn) and self.rounds >= LOOP

    def after(self, function_arn: str) -> str:
        """The trace header of an invocation of `function_arn` caused by this lineage."""
        function = _short(function_arn)
        rounds = self.rounds + 1 if function == self.function else 1
        root = f"Root=1-00000000-{function}{'0' * 16}"
        return f"{root};Parent={function}00000000;Sampled=0;Lineage=1:{function}:{rounds}"


UNTRACED = Lineage()
"""What nobody's invocation caused."""


def longest(trace_headers: Iterable[str | None]) -> Lineage:
    """The lineage with the most rounds among the headers of a batch's messages."""
    found = [_LINEAGE.search(header) for header in trace_headers if header]
    if not any(found):
        return UNTRACED
    lineages = [Lineage(each["function"], int(each["rounds"])) for each in found if each]
    return max(lineages, key=lambda lineage: lineage.rounds)


@lru_cache
def _short(function_arn: str) -> str:
    return f"{crc32(function_arn.encode()):08x}"
