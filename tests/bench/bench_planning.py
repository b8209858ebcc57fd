"""How far the bench of loads reaches: a million messages of a day, and sweeps on two cores."""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter, process_time

from helpers import planning
from helpers.deploying.modelled import Work, exponential
from helpers.planning import aggregate, exact
from tests.bench import Row


def rows() -> Iterator[Row]:
    seconds, megabytes = _alone(1_000_000, together=10)
    yield Row("a million messages of a day by tens, modelled: CPU", seconds, "s", 40)
    yield Row("... memory of that process at most", megabytes, "MB", 1000)
    seconds, _ = _alone(100_000, together=1)
    yield Row("100,000 one by one, modelled: CPU", seconds, "s", 12)
    yield from _estimates()
    yield from _sweeps()


def _alone(messages: int, together: int) -> tuple[float, float]:
    """CPU seconds and megabytes of a process that does nothing else."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        return pool.submit(_run_day, messages, together).result()


def _run_day(messages: int, together: int) -> tuple[float, float]:
    load = planning.daily(messages, sent_together=together)
    work = Work(exponential(0.1))
    settings = planning.Settings(work, batch_size=together)
    exact.run(planning.steady(1, 10), settings)  # imports
    began = process_time()
    answer = exact.run(load, settings)
    assert answer.left == 0
    spent = process_time() - began
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _estimates() -> Iterator[Row]:
    """One day of 1,000,000 messages each, which is one sample: days with room left differ from each
    other by a tenth. The bounds are of the tests, which take the mean of many."""
    context = multiprocessing.get_context("spawn")
    names = {8: "overloaded at the peak", 12: "room left"}
    with ProcessPoolExecutor(1, context) as pool:
        for servers, error in zip(names, pool.map(_estimate_error, names), strict=True):
            name = f"a million without messages, {names[servers]}: mean wait differs by"
            yield Row(name, abs(error), "x", 0.1)


def _estimate_error(servers: int) -> float:
    """Of the estimate, as a share of the exact answer."""
    load = planning.daily(1_000_000, sent_together=10)
    work = Work(exponential(4), cold_start=0)
    settings = planning.Settings(work, 10, maximum_concurrency=servers, timeout=60, visibility=360)
    table = aggregate.compare(exact.run(load, settings), aggregate.estimate(load, settings))
    return float(table["error"]["mean_wait"])


def _sweeps() -> Iterator[Row]:
    """By the wall, and by what each process computed, for a machine that others use, too."""
    questions = [
        (planning.steady(10, 1000, seed=seed), planning.Settings(maximum_concurrency=4))
        for seed in range(12)
    ]
    walls, shares = {}, {}
    for cores in (1, 2):
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(cores, context) as pool:
            list(pool.map(_timed, questions[:cores], chunksize=1))  # imports
            began = perf_counter()
            spent: Counter[int] = Counter()
            for pid, seconds in pool.map(_timed, questions):
                spent[pid] += seconds  # type: ignore[assignment]
            walls[cores] = perf_counter() - began
            shares[cores] = max(spent.values())
    yield Row("12 answers: two processes' time / one's, by the wall", walls[2] / walls[1], "x")
    yield Row("... by the CPU of the busier one", shares[2] / shares[1], "x", 1 / 1.7)


def _timed(question: planning.sweeps.Question) -> tuple[int, float]:
    began = process_time()
    exact.run(*question)
    return os.getpid(), process_time() - began
