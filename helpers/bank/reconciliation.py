"""The proof that no transaction was lost or booked twice, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.bank.dead_letters import DeadLetter, find_transaction_id, read_dead_letters
from helpers.bank.ledger import read_bookings

if TYPE_CHECKING:
    import pandas as pd

    from helpers.bank.pipeline import Bank

ALWAYS = ("booked", "dead-lettered")
PARTS = (*ALWAYS, "booked and dead", "repeated")
"""What may become of a message. Booked and dead: the receiver booked it, but failed before Lambda
could delete it, too often. Repeated: booked under another message with the same transaction."""
BOOKED = ("booked", "booked and dead")
LOST = "neither booked nor dead-lettered"


class NotBalancedError(Exception):
    """Sent is not booked + dead-lettered; the message lists the differences."""


@dataclass(frozen=True)
class Reconciliation:
    """What was sent, beside what became of it.

    Attributes:
        messages: one row for each message that was sent; index message_id; columns
            transaction_id, cents, sending, outcome (one of `PARTS`, or `LOST`).
        table: index sent, `PARTS` (the last two only where there are such messages), difference;
            columns messages, cents.
        differences: one row for each thing that does not fit: columns problem, message_id,
            transaction_id, cents. No row, no difference.
    """

    messages: pd.DataFrame
    table: pd.DataFrame
    differences: pd.DataFrame

    @property
    def is_balanced(self) -> bool:
        return bool(self.differences.empty)

    def prove(self) -> str:
        """The proof: messages and amounts, in one line, or in two where there are many parts.

        Raises:
            NotBalancedError: there is a difference.
        """
        if not self.is_balanced:
            counts = self.differences["problem"].value_counts(sort=False)
            words = "; ".join(f"{count} {problem}" for problem, count in counts.items())
            raise NotBalancedError(
                f"sent is not booked + dead-lettered: {words}. Is something still on its way? Let "
                "lab time pass. Or was another cell run in between? Then first run the cell that "
                "sends."
            )
        messages, cents = self.table["messages"], self.table["cents"]
        parts = [name for name in self.table.index if name not in ("sent", "difference")]
        return (
            f"{messages['sent']} sent = "
            + " + ".join(f"{messages[part]} {part}" for part in parts)
            + (";\n" if len(parts) > len(ALWAYS) else "; ")
            + f"{_euros(cents['sent'])} = "
            + " + ".join(_euros(cents[part]) for part in parts)
        )

    def count_sendings(self) -> pd.DataFrame:
        """What became of each sending: index sending, in their order; columns sent, and what
        occurred of `PARTS` and `LOST`, in messages."""
        import pandas as pd

        names = self.messages["sending"].drop_duplicates()
        counts = pd.crosstab(self.messages["sending"], self.messages["outcome"]).reindex(names)
        counts.insert(0, "sent", counts.sum(axis="columns"))
        wanted = ["sent", *(part for part in (*PARTS, LOST) if part in counts)]
        return counts[wanted].rename_axis(columns=None)


def reconcile(bank: Bank, *sendings: pd.DataFrame) -> Reconciliation:
    """Look for every message that was sent, in the ledger and in the dead-letter queue.

    The amounts of dead letters are those that were ordered: a malformed body need not tell.
    Everything in the ledger and in the dead-letter queue must have been sent, so that all
    sendings belong into one proof.

    Args:
        sendings: what was sent, as `helpers.bank.sender` returns it: index message_id; columns
            transaction_id, cents, sending.

    Raises:
        ValueError: there is no sending.
    """
    import pandas as pd

    if not sendings:
        raise ValueError("Nothing was sent yet. Run the cells that send transactions first.")
    sent = pd.concat(sendings)
    bookings = read_bookings(bank.ledger)
    in_ledger = {name: str(found) for found, name in bookings["message_id"].items()}
    in_queue = {
        letter.message_id: _find_transaction(letter, sent)
        for letter in read_dead_letters(bank.dead_letter_queue_url)
    }
    dead = _trace_back(in_queue, sent, taken=in_ledger.keys())
    booked = _trace_back(in_ledger, sent, taken=dead.values())
    messages = sent.assign(
        outcome=[
            _find_outcome(
                message_id in booked.values(),
                message_id in dead.values(),
                transaction_id in bookings.index,
            )
            for message_id, transaction_id in sent["transaction_id"].items()
        ]
    )
    strangers = [("booked but never sent", name) for name in in_ledger if name not in booked]
    strangers += [("dead-lettered but never sent", name) for name in in_queue if name not in dead]
    return Reconciliation(
        messages, _sum_up(messages, bookings), _list_differences(messages, bookings, strangers)
    )


def _find_transaction(letter: DeadLetter, sent: pd.DataFrame) -> str:
    """Which transaction a dead letter was to carry, even if its body does not tell."""
    if letter.message_id in sent.index:
        return str(sent.loc[letter.message_id, "transaction_id"])
    return find_transaction_id(letter.body)


def _trace_back(
    found: Mapping[str, str], sent: pd.DataFrame, taken: Collection[str]
) -> dict[str, str]:
    """The id under which each message was sent: a redrive gives a message a new one.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html

    Args:
        found: the transaction of each message that was found, by its id.
        taken: ids that are accounted for elsewhere. One that is not is preferred, where several
            messages carried the same transaction.

    Returns:
        The id in `sent` by the id found; without those that nobody sent.
    """
    carriers: defaultdict[str, list[str]] = defaultdict(list)
    for message_id, transaction_id in sent["transaction_id"].items():
        carriers[transaction_id].append(str(message_id))
    traced = {name: name for name, carried in found.items() if name in carriers.get(carried, ())}
    used = set(traced)
    for name, carried in found.items():
        free = [each for each in carriers.get(carried, ()) if each not in used]
        if name not in traced and free:
            traced[name] = min(free, key=lambda each: each in taken)
            used.add(traced[name])
    return traced


def _find_outcome(is_booked: bool, is_dead: bool, has_booking: bool) -> str:
    if is_booked:
        return "booked and dead" if is_dead else "booked"
    if is_dead:
        return "dead-lettered"
    return "repeated" if has_booking else LOST


def _sum_up(messages: pd.DataFrame, bookings: pd.DataFrame) -> pd.DataFrame:
    """The table. What is booked counts with the amount that the ledger has."""
    import pandas as pd

    is_booked = messages["outcome"].isin(BOOKED)
    in_ledger = messages["transaction_id"].map(bookings["cents"].astype(int)).fillna(0).astype(int)
    cents = messages["cents"].where(~is_booked, in_ledger)
    rows = {"sent": (len(messages), int(messages["cents"].sum()))}
    for part in PARTS:
        found = messages["outcome"] == part
        if part in ALWAYS or found.any():
            rows[part] = (int(found.sum()), int(cents[found].sum()))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["messages", "cents"])
    table.loc["difference"] = table.loc["sent"] - table.drop("sent").sum()
    return table


def _list_differences(
    messages: pd.DataFrame, bookings: pd.DataFrame, strangers: list[tuple[str, str]]
) -> pd.DataFrame:
    """What does not fit; `strangers` are problems and ids of messages that nobody sent."""
    import pandas as pd

    rows: list[tuple[str, str, str, int]] = []
    in_ledger = bookings["cents"].to_dict()
    for message_id, row in messages.iterrows():
        ordered = (str(message_id), row["transaction_id"], int(row["cents"]))
        if row["outcome"] == LOST:
            rows.append((LOST, *ordered))
        elif row["outcome"] in BOOKED and in_ledger[row["transaction_id"]] != row["cents"]:
            rows.append(("booked with another amount", *ordered))
    for problem, name in strangers:
        own = bookings[bookings["message_id"] == name]
        rows += [(problem, name, str(found), int(cents)) for found, cents in own["cents"].items()]
        rows += [] if len(own) else [(problem, name, "", 0)]
    return pd.DataFrame(rows, columns=["problem", "message_id", "transaction_id", "cents"])


def _euros(cents: int) -> str:
    """Whole cents as euros, without a float on the way."""
    return f"EUR {cents // 100:,}.{cents % 100:02d}"
