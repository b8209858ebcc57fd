"""The bank's pipeline outside a notebook: so many transactions, so many bad ones, and the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.bank import ledger, pipeline, queues, sender
from helpers.bank.reconciliation import Reconciliation, reconcile

if TYPE_CHECKING:
    from helpers.lab import Lab

AT_ONCE = 1000
"""Transactions that one invocation of the sender makes."""
STEP = 5
"""Seconds between two looks at the queue."""
LONGEST = 3600
"""Seconds after which a rehearsal gives up."""


class BankInUse(RuntimeError):
    """The bank has bookings or dead letters of somebody's earlier work."""


def rehearse(lab: Lab, transactions: int, fail: float, *, reset: bool = False) -> Reconciliation:
    """Build the bank, send transactions through it, wait until all are done, and count.

    Args:
        transactions: how many, 1 or more.
        fail: the share of them that is bad, 0 to 1.
        reset: empty a bank that has been used before; what it holds is lost.

    Raises:
        ValueError: a number is out of range.
        BankInUse: there is such a bank, and `reset` is not given.
        TimeoutError: messages were left after an hour.
    """
    if transactions < 1 or not 0 <= fail <= 1:
        raise ValueError("A rehearsal takes 1 transaction or more, and a share from 0 to 1.")
    bank = pipeline.reset_bank(lab) if reset else pipeline.build_bank(lab)
    if not reset:
        _require_unused(bank)
    sendings = [
        sender.send_transactions(min(AT_ONCE, transactions - first), seed, fail)
        for seed, first in enumerate(range(0, transactions, AT_ONCE), start=1)
    ]
    quiet = max(lab.lag, STEP)
    pipeline.watch_queues(lab, bank, STEP, LONGEST, quiet, total=transactions)
    return reconcile(bank, *sendings)


def _require_unused(bank: pipeline.Bank) -> None:
    booked = len(ledger.read_bookings(bank.ledger))
    dead = queues.measure_depth(bank.dead_letter_queue_url).total
    if booked or dead:
        raise BankInUse(
            f"The bank holds {booked} bookings and {dead} dead letters of earlier runs. "
            "Empty it with --reset, or take another lab by LAB_ID."
        )
