"""The formulas by which a queue is planned, each with its source.

c servers stand for a mapping's batches at once (MaximumConcurrency), one message a batch. Rates are
per second, times in seconds. How an SQS mapping differs from the textbook's queue:

- It does what M/M/c does as long as there are long polls open: a message that comes while a server
  is free is received at once, one that comes while all are busy waits in the queue, and whoever is
  done takes the one that became visible first. AWS's pollers add their round trip; here it is 0.
- A batch of several messages is one service: M/M/c holds for batches, not for messages. A batching
  window adds up to its length to each wait.
- Without MaximumConcurrency c is not a number: it begins at 5 and grows while there is too much
  (`growing_concurrency`); a test of steady state needs MaximumConcurrency.
- A throttled batch is tried again after a pause of the poller's, in which its messages are in
  flight; so throttled load waits longer than these formulas say.
- A message that fails comes back after its visibility timeout: later, and as more load
  (`offered_rate`).
"""

from __future__ import annotations

import math


def erlang_c(servers: int, load: float) -> float:
    """The probability that a message must wait, in M/M/c.

    A. K. Erlang, 1917; e.g. Gross et al., Fundamentals of Queueing Theory, section 2.3. By the
    recursion of Erlang B, which does not overflow.

    Args:
        servers: c.
        load: arrival rate times mean service time, in erlangs. From c on the queue only grows: 1.
    """
    if servers < 1 or load < 0:
        raise ValueError("Erlang C needs 1 server or more and a load of 0 or more.")
    if load >= servers:
        return 1.0
    blocked = 1.0  # Erlang B with no servers
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(servers: int, rate: float, service: float, variation: float = 1.0) -> float:
    """Seconds that a message waits in the queue, on average.

    Exact for exponential service (variation 1); otherwise the approximation of Allen and Cunneen
    for M/G/c, which is exact for one server (Pollaczek and Khinchine). A. O. Allen, Probability,
    Statistics, and Queueing Theory, 2nd ed., section 5.3.

    Args:
        service: mean seconds of a service.
        variation: its coefficient of variation.
    """
    load = rate * service
    if load >= servers:
        return math.inf
    exponential = erlang_c(servers, load) * service / (servers - load)
    return exponential * (1 + variation**2) / 2


def wait_longer_than(seconds: float, servers: int, rate: float, service: float) -> float:
    """The probability that a message waits longer than that, in M/M/c (Gross et al., 2.3)."""
    load = rate * service
    if load >= servers:
        return 1.0
    return erlang_c(servers, load) * math.exp(-(servers - load) * seconds / service)


def wait_percentile(share: float, servers: int, rate: float, service: float) -> float:
    """Seconds that this share of the messages waits at most, in M/M/c: the inverse of
    `wait_longer_than`."""
    load = rate * service
    if load >= servers:
        return math.inf
    at_once = 1 - erlang_c(servers, load)
    if share <= at_once:
        return 0.0
    return math.log((1 - at_once) / (1 - share)) * service / (servers - load)


def messages_inside(rate: float, seconds: float) -> float:
    """Messages that are in a system, on average, if each stays so long: L = lambda W.

    J. D. C. Little, A Proof for the Queuing Formula L = lambda W, Operations Research 9, 1961.
    """
    return rate * seconds


def mean_receives(failure_rate: float, max_receive_count: int | None = None) -> float:
    """Receives of a message each of which fails with that probability: a geometric number, cut
    off at maxReceiveCount."""
    if max_receive_count is None:
        return 1 / (1 - failure_rate) if failure_rate < 1 else math.inf
    if failure_rate == 1:
        return float(max_receive_count)
    return (1 - failure_rate**max_receive_count) / (1 - failure_rate)


def share_of_dead_letters(failure_rate: float, max_receive_count: int) -> float:
    """The share of the messages that fail at every receive."""
    return failure_rate**max_receive_count


def offered_rate(rate: float, failure_rate: float, max_receive_count: int | None = None) -> float:
    """Receives a second that messages make, with those that come again."""
    return rate * mean_receives(failure_rate, max_receive_count)


def drain_time(backlog: float, servers: float, service: float, rate: float = 0.0) -> float:
    """Seconds until a backlog is gone while `rate` messages a second go on arriving: the fluid
    limit. Infinite if as many arrive as are worked off."""
    spare = servers / service - rate
    return backlog / spare if spare > 0 else math.inf


def growing_concurrency(
    seconds: float, initial: int = 5, per_minute: int = 300, maximum: int = 1250
) -> int:
    """Batches at once after so many seconds of too much work.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: from 5, 300 more a
    minute, up to 1,250; in provisioned mode from 10 for each of the least pollers, 1,000 more a
    minute.
    """
    return min(maximum, initial + int(seconds * per_minute / 60))


def needed_concurrency(
    rate: float, service: float, longest: float, share: float = 0.95, most: int = 1250
) -> int:
    """The least MaximumConcurrency with which that share of the messages waits `longest` seconds
    at most, in M/M/c.

    Raises:
        ValueError: not even `most` are enough.
    """
    for servers in range(max(2, math.ceil(rate * service)), most + 1):
        if wait_percentile(share, servers, rate, service) <= longest:
            return servers
    raise ValueError(f"Not even {most} batches at once keep up with {rate:g} messages a second.")
