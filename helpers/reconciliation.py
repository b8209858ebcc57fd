"""The proof that no transaction was lost or booked twice, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.dead_letters import read_dead_letters
from helpers.ledger import read_bookings

if TYPE_CHECKING:
    import pandas as pd

    from helpers.pipeline import Bank


class NotBalancedError(Exception):
    """Sent is not booked + dead-lettered; the message lists the differences."""


@dataclass(frozen=True)
class Reconciliation:
    """What was sent, beside what became of it.

    Attributes:
        table: index sent, booked, dead-lettered, difference (and repeated, where the same
            transaction was sent in more than one message); columns messages, cents.
        differences: one row for each thing that does not fit: columns problem, message_id,
            transaction_id, cents. No row, no difference.
    """

    table: pd.DataFrame
    differences: pd.DataFrame

    @property
    def is_balanced(self) -> bool:
        return bool(self.differences.empty)

    def prove(self) -> str:
        """The proof in one line.

        Raises:
            NotBalancedError: there is a difference.
        """
        if not self.is_balanced:
            counts = self.differences["problem"].value_counts(sort=False)
            words = "; ".join(f"{count} {problem}" for problem, count in counts.items())
            raise NotBalancedError(f"sent is not booked + dead-lettered: {words}")
        messages, cents = self.table["messages"], self.table["cents"]
        parts = [name for name in self.table.index if name not in ("sent", "difference")]
        return (
            f"{messages['sent']} sent = "
            + " + ".join(f"{messages[part]} {part}" for part in parts)
            + f"; {_euros(cents['sent'])} = "
            + " + ".join(_euros(cents[part]) for part in parts)
        )


def reconcile(bank: Bank, *sendings: pd.DataFrame) -> Reconciliation:
    """Look for every message that was sent, in the ledger and in the dead-letter queue.

    The amounts of dead letters are those that were ordered, by message id: a malformed body
    need not tell. Everything in the ledger and in the dead-letter queue must have been sent, so
    that all sendings belong into one proof.

    Args:
        sendings: what was sent: index message_id; columns transaction_id, cents.
    """
    import pandas as pd

    sent = pd.concat(sendings)
    bookings = read_bookings(bank.ledger)
    dead = {letter.message_id for letter in read_dead_letters(bank.dead_letter_queue_url)}
    rows: list[tuple[str, str, str, int]] = []
    parts: dict[str, list[int]] = {"booked": [], "dead-lettered": [], "repeated": []}
    for message_id, transaction_id, cents in sent.itertuples():
        booking = bookings.loc[transaction_id] if transaction_id in bookings.index else None
        is_booked = booking is not None and booking["message_id"] == message_id
        row = (message_id, transaction_id, cents)
        if is_booked and message_id in dead:
            rows.append(("booked and dead-lettered", *row))
        if booking is not None and is_booked:
            parts["booked"].append(int(booking["cents"]))
            if booking["cents"] != cents:
                rows.append(("booked with another amount", *row))
        elif message_id in dead:
            parts["dead-lettered"].append(cents)
        elif booking is not None and booking["message_id"] in sent.index:
            parts["repeated"].append(cents)
        else:
            rows.append(("neither booked nor dead-lettered", *row))
    for transaction_id, booking in bookings.iterrows():
        if booking["message_id"] not in sent.index:
            cents = int(booking["cents"])
            rows.append(
                ("booked but never sent", booking["message_id"], str(transaction_id), cents)
            )
    rows += [("dead-lettered but never sent", name, "", 0) for name in sorted(dead - {*sent.index})]
    if not parts["repeated"]:
        del parts["repeated"]
    table_rows = {"sent": (len(sent), int(sent["cents"].sum()))}
    table_rows |= {part: (len(amounts), sum(amounts)) for part, amounts in parts.items()}
    found = [row for part, row in table_rows.items() if part != "sent"]
    table_rows["difference"] = (
        table_rows["sent"][0] - sum(messages for messages, _ in found),
        table_rows["sent"][1] - sum(cents for _, cents in found),
    )
    columns = ["problem", "message_id", "transaction_id", "cents"]
    return Reconciliation(
        pd.DataFrame.from_dict(table_rows, orient="index", columns=["messages", "cents"]),
        pd.DataFrame(rows, columns=columns),
    )


def _euros(cents: int) -> str:
    """Whole cents as euros, without a float on the way."""
    return f"EUR {cents // 100:,}.{cents % 100:02d}"
