"""banking-reconciliation-function-tester, which sends generated transactions to the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.bank import keys, ledger, receiver
from helpers.deploying.invocations import invoke_function
from helpers.deploying.packages import SOURCES, build_package, deploy_function, find_variables
from helpers.deploying.roles import create_sender_role
from helpers.prices import estimate_costs

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

FUNCTION = "banking-reconciliation-function-tester"
ROLE = f"{FUNCTION}-role"
FILES = [
    *(SOURCES / name for name in ("sender.py", "transactions.py", "signing_secret.py")),
    ledger.ACCOUNTS,
]
TIMEOUT = 60
MEMORY_MB = 128
MILLION = 1_000_000


def create_sender(
    lab: Lab, key_arn: str, queue_url: str, queue_arn: str, reseal: bool = False
) -> str:
    """Deploy the function, its role included, or bring it up to date; its ARN.

    It signs with the receiver's secret, sealed for itself; the receiver must exist.

    Args:
        reseal: seal the receiver's secret anew, since it is a new one.
    """
    role_arn = create_sender_role(ROLE, key_arn, queue_arn)
    secret = find_variables(FUNCTION).get("SIGNING_SECRET")
    if reseal or not secret:
        receivers = find_variables(receiver.FUNCTION)["SIGNING_SECRET"]
        secret = keys.reseal_secret(receivers, key_arn, receiver.FUNCTION, FUNCTION)
    return deploy_function(
        lab,
        FUNCTION,
        build_package(FILES),
        "sender.handler",
        role_arn,
        TIMEOUT,
        {"QUEUE_URL": queue_url, "SIGNING_SECRET": secret},
    )


def send_transactions(
    count: int = 100,
    seed: int = 2026,
    spoil: bool | float = True,
    name: str = "",
    function: str = FUNCTION,
) -> pd.DataFrame:
    """Invoke the sender and wait for its answer: what it sent, message by message.

    The same count, seed and spoil make the same transactions, ids included.

    Args:
        spoil: 12 of a hundred are bad, so that the receiver has something to refuse; False: none;
            a number: this share of them, 0 to 1.
        name: of this sending, to tell it from others; by default its seed.
        function: the sender, if it is another bank's.

    Returns:
        Index message_id, in the order of sending; columns transaction_id, cents (int), sending
        (the name).

    Raises:
        LookupError: there is no such function.
        RuntimeError: the function failed, with its own words.
    """
    import pandas as pd

    answer = invoke_function(function, {"count": count, "seed": seed, "spoil": spoil})
    if answer.error:
        raise RuntimeError(f"{function} failed: {answer.words or answer.error}")
    columns = {"messageId": "message_id", "transactionId": "transaction_id", "cents": "cents"}
    frame = pd.DataFrame(answer.value["sent"], columns=list(columns)).rename(columns=columns)
    return frame.set_index("message_id").assign(sending=name or f"seed {seed}")


def send_every_minute(lab: Lab, minutes: int, count: int = 5) -> pd.DataFrame:
    """Send so many good transactions at the beginning of each minute of the account's clock.

    It waits for the first of these minutes to begin, and for the last one to end. The minute is
    the seed, so that no two minutes of a year send the same.

    Returns:
        As `send_transactions` does, for all of them; sending is the minute, such as "09:24".
    """
    import pandas as pd

    wait_for_minute(lab)
    sendings = []
    for _ in range(minutes):
        now = lab.now()
        seed = int(f"{now:%m%d%H%M}")
        sendings.append(send_transactions(count, seed, spoil=False, name=f"{now:%H:%M}"))
        wait_for_minute(lab)
    return pd.concat(sendings)


def measure_batches(bodies: list[str], *sizes: int) -> pd.DataFrame:
    """Let a handler of notebook 05 send the same messages in batches of each size.

    Its event is {"bodies": [...], "size": ...}.

    Returns:
        Index size; columns calls (requests to SQS), seconds (lab time that the handler ran),
        cents (US cents for sending a million such messages of up to 64 KB: requests to SQS,
        invocations and their duration, before any free tier).

    Raises:
        LookupError: there is no such function.
        RuntimeError: the function failed, with its own words.
    """
    import pandas as pd

    rows = []
    for size in sizes:
        answer = invoke_function(FUNCTION, {"bodies": bodies, "size": size})
        if answer.error:
            raise RuntimeError(f"{FUNCTION} failed: {answer.words or answer.error}")
        calls, seconds = -(-len(bodies) // size), answer.report.milliseconds / 1000
        used = {
            "SQS standard requests": calls,
            "Lambda requests": 1,
            "Lambda duration": seconds * MEMORY_MB / 1024,
        }
        per_million = {item: amount / len(bodies) * MILLION for item, amount in used.items()}
        cents = float(estimate_costs(per_million)["cents"].sum())
        rows.append((size, calls, seconds, round(cents, 1)))
    return pd.DataFrame(rows, columns=["size", "calls", "seconds", "cents"]).set_index("size")


def wait_for_minute(lab: Lab) -> None:
    """Until a minute of the clock begins; not at all, if it does now."""
    now = lab.now()
    lab.advance(seconds=-(now.second + now.microsecond / 1_000_000) % 60)
