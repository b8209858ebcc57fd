"""Many questions at once, on all cores of this machine or on others.

Each is answered in a process of its own, which opens a lab there: the lab of this process stays
open. A question has one answer, whoever works it out, so answers are kept: a cell that was
interrupted, run again, goes on where it was.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
from collections.abc import Iterable
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

from helpers.planning.exact import Answer, run
from helpers.planning.load import Load, Settings
from helpers.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

Question = tuple[Load, Settings]
Workers = Executor | int | None
"""An executor of `concurrent.futures`, or whatever behaves as one, such as dask's
`client.get_executor()`; a number of processes; None: as many processes as there are cores."""

_KEPT = 1000
_answers: dict[Question, Answer] = {}
"""Of this process, the newest _KEPT."""

_pools: dict[int, ProcessPoolExecutor] = {}


def answer(load: Load, settings: Settings, workers: Workers = None) -> Answer:
    """What comes of a load with these settings, message by message.

    Args:
        workers: see `Workers`.

    Raises:
        ClientError: AWS would refuse the settings.
    """
    return answer_all([(load, settings)], workers)[0]


def sweep(questions: Iterable[Question], workers: Workers = None) -> pd.DataFrame:
    """The figures of the answers: one row for each question, in their order; the columns are the
    attributes of `Answer` that are numbers, and usd_a_month."""
    import pandas as pd

    return pd.DataFrame([each.row() for each in answer_all(questions, workers)])


def answer_all(questions: Iterable[Question], workers: Workers = None) -> list[Answer]:
    """The answers, in the order of the questions. An interrupt keeps those that are there."""
    asked = list(questions)
    missing = list(dict.fromkeys(each for each in asked if each not in _answers))
    if missing:
        _work_out(missing, workers)
    found = [_answers[each] for each in asked]
    while len(_answers) > max(_KEPT, len(missing)):
        _answers.pop(next(iter(_answers)))
    return found


def forget() -> None:
    """Work out again whatever is asked from now on."""
    _answers.clear()


def _work_out(missing: list[Question], workers: Workers) -> None:
    executor = workers if isinstance(workers, Executor) else _pool(workers)
    futures = {executor.submit(run, *question): question for question in missing}
    done = 0
    try:
        with Progress(len(missing), lambda: "being worked out", "answers") as progress:
            for future in as_completed(futures):
                _answers[futures[future]] = future.result()
                done += 1
                progress(done)
    except BaseException:
        for future, question in futures.items():
            if not future.cancel() and future.done() and future.exception() is None:
                _answers[question] = future.result()
        raise


def _pool(workers: int | None) -> ProcessPoolExecutor:
    """Processes that stay for the next question; new ones if one of them has died."""
    count = workers or os.cpu_count() or 1
    pool = _pools.get(count)
    if pool is None or getattr(pool, "_broken", False):
        methods = multiprocessing.get_all_start_methods()
        method = "forkserver" if "forkserver" in methods else "spawn"
        context = multiprocessing.get_context(method)
        context.set_forkserver_preload([run.__module__])  # imported once, for all of them
        pool = ProcessPoolExecutor(count, context, _be_quiet)
        if not _pools:
            atexit.register(_end_pools)
        _pools[count] = pool
    return pool


def _be_quiet() -> None:
    """In a process of the pool: the bar is in its parent, and so is whom Ctrl-C is for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["LAB_PROGRESS"] = "off"
    os.environ["LAB"] = "embedded"


def _end_pools() -> None:
    for pool in _pools.values():
        pool.shutdown(cancel_futures=True)
