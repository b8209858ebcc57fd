"""How long a learner waits: for a lab, for the pipeline."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter

import boto3

from helpers import open_lab
from tests.bench import Row

FIRST_CALL = """
from time import perf_counter
began = perf_counter()
from helpers import open_lab
import boto3
open_lab()
boto3.client("sqs").create_queue(QueueName="q")
print(perf_counter() - began)
"""


def rows() -> Iterator[Row]:
    cold = min(_in_new_process(FIRST_CALL) for _ in range(3))
    yield Row("open_lab() to the first answer, new process (best of 3)", cold, "s", 1.0)
    open_lab().close()
    began = perf_counter()
    with open_lab():
        yield Row("open_lab() the second time", (perf_counter() - began) * 1000, "ms", 50)
        began = perf_counter()
        boto3.client("sqs").list_queues()
        yield Row("... and its first answer, a new boto3 session", perf_counter() - began, "s")
    yield Row("the bank's 100 transactions, deploy to proof", the_bank(), "s", 3.0)


def the_bank() -> float:
    from helpers.bank import pipeline, sender
    from helpers.bank.reconciliation import reconcile

    began = perf_counter()
    with open_lab() as lab:
        bank = pipeline.build_bank(lab)
        sent = sender.send_transactions(count=100, seed=2026)
        lab.run_until_idle()
        reconcile(bank, sent).prove()
    return perf_counter() - began


def _in_new_process(program: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return float(done.stdout)
