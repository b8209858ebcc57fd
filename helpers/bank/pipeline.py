"""The whole bank: key, queues, ledger, receiver and sender, built, run and taken down again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import boto3

from helpers.bank import keys, ledger, queues, receiver, sender
from helpers.bank.releases import deploy_release
from helpers.deploying import roles
from helpers.deploying.mappings import wait_for_mapping
from helpers.deploying.packages import delete_function, find_variables
from helpers.lab import open_lab
from helpers.progress import Progress
from helpers.watching import timeline

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab


@dataclass(frozen=True)
class Queues:
    """The bank's key and its two queues: what a consumer finds when it comes."""

    key_arn: str
    queue_url: str
    queue_arn: str
    dead_letter_queue_url: str
    dead_letter_queue_arn: str


@dataclass(frozen=True)
class Bank(Queues):
    """The names of everything the bank consists of."""

    ledger: str
    receiver: str
    sender: str
    mapping: str


def build_queues(lab: Lab) -> Queues:
    """Build the key and the two queues, as far as they do not exist already.

    Settings that were changed since are set back. Messages stay.
    """
    key_arn = keys.create_key()
    dead_letter_queue = queues.create_dead_letter_queue(lab, key_arn)
    queue = queues.create_queue(lab, key_arn, dead_letter_queue.arn)
    return Queues(key_arn, *queue, *dead_letter_queue)


def build_bank(lab: Lab) -> Bank:
    """Build the whole bank, whatever of it exists already: called twice, it is the same bank.

    Settings that were changed since are set back. Messages and bookings stay.
    """
    built = build_queues(lab)
    table_arn = ledger.create_ledger()
    is_new = not find_variables(receiver.FUNCTION)
    receiver.create_receiver(lab, built.key_arn, table_arn)
    sender.create_sender(lab, built.key_arn, built.queue_url, built.queue_arn, reseal=is_new)
    return Bank(
        **asdict(built),
        ledger=ledger.TABLE,
        receiver=receiver.FUNCTION,
        sender=sender.FUNCTION,
        mapping=receiver.connect_queue(lab, built.queue_arn),
    )


def reset_bank(lab: Lab) -> Bank:
    """The bank as new: built, both queues empty, and the ledger without a booking."""
    bank = build_bank(lab)
    for url in (bank.queue_url, bank.dead_letter_queue_url):
        queues.purge_queue(lab, url)  # so what was in flight has ended, too
    ledger.delete_ledger()
    ledger.create_ledger()
    return bank


def start_over(lab: Lab, *, polling: bool = True) -> tuple[Lab, Bank]:
    """A new bank in a new account, for an experiment that can be run again and again.

    A real account stays; there it is the bank as new, see `reset_bank`.

    Args:
        polling: wait until its mapping is enabled; else not a second passes.
    """
    if lab.lag:
        return lab, reset_bank(lab)
    lab = open_lab()
    bank = build_bank(lab)
    if polling:
        wait_for_mapping(lab, bank.mapping)
    return lab, bank


def make_dead_letters(lab: Lab, bank: Bank) -> list[pd.DataFrame]:
    """Have the bank make dead letters of 12 bad transactions and of 120 good ones.

    100 transactions, 12 of them spoilt; 20 for a release that is too slow; and 100 while the
    receiver is throttled, as it is then left.

    Returns:
        What was sent, one frame for each sending, as `sender.send_transactions` returns it.
    """
    sendings = [sender.send_transactions(count=100, seed=2026, name="spoilt")]
    lab.run_until_idle()
    deploy_release(lab, "slow")
    sendings.append(sender.send_transactions(count=20, seed=1, spoil=False, name="slow"))
    lab.run_until_idle()
    boto3.client("lambda").put_function_concurrency(
        FunctionName=bank.receiver, ReservedConcurrentExecutions=0
    )
    sendings.append(sender.send_transactions(count=100, seed=2, spoil=False, name="throttled"))
    lab.run_until_idle()
    return sendings


def watch_queues(
    lab: Lab,
    bank: Bank,
    step: float = 1,
    limit: float = 900,
    quiet: float = 10,
    total: int | None = None,
) -> pd.DataFrame:
    """Let time pass until the queue is empty, and count its messages every `step` seconds.

    The counts are approximate on AWS, so one sample without a message is not enough: the watch
    ends when there was none for `quiet` seconds.

    Args:
        step: seconds of lab time, as `limit` and `quiet`.
        total: how many messages there are, for the progress bar of a long watch.

    Returns:
        Index seconds (lab time since the start of the watch); columns visible, in_flight (both
        of the bank's queue), dead_lettered (all of its dead-letter queue).

    Raises:
        TimeoutError: messages were left after `limit` seconds.
    """
    import pandas as pd

    sqs = boto3.client("sqs")
    start = lab.now()
    seconds = last_busy = 0.0
    rows: list[tuple[float, int, int, int]] = []
    with Progress(total, lambda: f"{depth.total} messages left", "done") as progress:
        while not rows or seconds - last_busy < quiet:
            if rows:
                lab.advance(seconds=step)
                seconds = round((lab.now() - start).total_seconds(), 3)
            depth = queues.measure_depth(bank.queue_url, sqs)
            dead = queues.measure_depth(bank.dead_letter_queue_url, sqs)
            rows.append((seconds, depth.visible, depth.in_flight, dead.total))
            progress((total or 0) - depth.total if total else seconds)
            last_busy = seconds if depth.total else last_busy
            if depth.total and seconds >= limit:
                name = bank.queue_url.rpartition("/")[2]
                raise TimeoutError(
                    f"{name} still has {depth.total} messages after {limit:g} s: "
                    f"{depth.visible} visible, {depth.in_flight} in flight, {depth.delayed} delayed"
                )
    columns = ["seconds", "visible", "in_flight", "dead_lettered"]
    return pd.DataFrame(rows, columns=columns).set_index("seconds")


def read_lives(lab: Lab, bank: Bank, sending: pd.DataFrame) -> pd.DataFrame | None:
    """The lives of the messages of one sending, and when the ledger booked each of them first.

    Args:
        sending: as `sender.send_transactions` returned it.

    Returns:
        As `helpers.watching.timeline.read_lifelines` returns them, message being the
        transaction's id, and a column more, booked: seconds since the first of these messages was
        sent, the same in all rows of a message; missing if it was not booked. None on a real
        account.
    """
    try:
        trace = timeline.read_trace(lab)
    except timeline.NoTrace:
        return None
    begin = trace.loc[trace["message_id"].isin(sending.index), "time"].min()
    names = {str(key): str(name) for key, name in sending["transaction_id"].items()}
    rows = timeline.read_lifelines(lab, bank.queue_url, names=names, since=begin)
    rows = rows[rows["message"].isin(sending["transaction_id"])].reset_index(drop=True)
    booked = (ledger.read_bookings(bank.ledger)["booked_at"] - begin).dt.total_seconds()
    return rows.assign(booked=rows["message"].map(booked))


def delete_bank() -> list[str]:
    """Delete the bank, and only what the course created; the names of what was deleted."""
    deletions = (
        (receiver.FUNCTION, delete_function),
        (sender.FUNCTION, delete_function),
        (receiver.ROLE, roles.delete_role),
        (sender.ROLE, roles.delete_role),
        (ledger.TABLE, ledger.delete_ledger),
        (queues.QUEUE, queues.delete_queue),
        (queues.DEAD_LETTER_QUEUE, queues.delete_queue),
        (keys.ALIAS, keys.delete_key),
    )
    return [name for name, delete in deletions if delete(name)]
