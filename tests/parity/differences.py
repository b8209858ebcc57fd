"""Where a notebook's cells say something else on ministack than here, and who is right.

Three lists: what every real account answers otherwise, since it has no clock to hold; what takes
as long as it takes; and what ministack does not do as AWS documents it.
"""

from __future__ import annotations

from typing import NamedTuple

DOCS = "https://docs.aws.amazon.com"


class Difference(NamedTuple):
    """One reason why cells differ."""

    what: str
    source: str
    """The page of AWS that says who is right; nothing, where the difference is by design."""
    cells: tuple[str, ...]


BY_DESIGN = (
    Difference("the clock on the wall does not stand still", "", ("00/environment",)),
    Difference("the time on the wall", "", ("00/clock-run", "00/delay-card")),
    Difference("AWS does not say how long a ciphertext is", "", ("01/envelope-open",)),
    Difference("AWS does not say in which order a record's fields come", "", ("04/arrives-run",)),
    Difference("a real account keeps no trace, so no lifelines", "", ("04/poison-run",)),
    Difference(
        "what skipped cells would have made or ended is not so",
        "",
        ("02/clean-up-run", "03/clean-up-run"),
    ),
)

GAPS = (
    Difference(
        "policies are not decided. With AUTH=true they are, but then a sender of batches needs "
        "sqs:SendMessageBatch, which is no action of IAM",
        f"{DOCS}/service-authorization/latest/reference/list_amazonsqs.html",
        (
            "01/denied-run",
            "01/policy-run",
            "01/modify-run",
            "04/role-run",
            "05/denied-run",
            "05/lines-run",
            "05/batch-run",
            "06/mend",
        ),
    ),
    Difference(
        "RotateKeyOnDemand is missing",
        f"{DOCS}/kms/latest/APIReference/API_RotateKeyOnDemand.html",
        ("01/rotation-run",),
    ),
    Difference(
        "too long a plaintext for an RSA key is an InternalError, not a ValidationException",
        f"{DOCS}/kms/latest/APIReference/API_Encrypt.html",
        ("A1/sizes-run",),
    ),
    Difference(
        "a dead-letter queue need not exist when a queue names it",
        f"{DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue.html",
        ("02/dead-letter-queue",),
    ),
    Difference(
        "a queue does not say that SQS encrypts it, nor how long a data key is reused",
        f"{DOCS}/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html",
        ("02/queue-run",),
    ),
    Difference(
        "a queue does not ask its key",
        f"{DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
        ("02/key-run", "A1/queue-run"),
    ),
    Difference(
        "a standard queue keeps the order of sending, which AWS does not promise",
        f"{DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html",
        ("02/order-run", "08/order-run"),
    ),
    Difference(
        "an outdated receipt handle is an error, not a success without effect",
        f"{DOCS}/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html",
        ("03/late-run",),
    ),
    Difference(
        "a visibility timeout may be extended beyond 12 hours after the receive",
        f"{DOCS}/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html",
        ("03/hold-run",),
    ),
    Difference(
        "StartMessageMoveTask is missing",
        f"{DOCS}/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html",
        ("06/move", "07/mend", "07/off"),
    ),
    Difference(
        "a queue's visibility timeout may be below the function's timeout, and an environment "
        "takes the next message while it is reserved for one",
        f"{DOCS}/lambda/latest/dg/services-sqs-configure.html",
        ("04/timeout-run",),
    ),
    Difference(
        "SQS and Lambda publish no metrics, so no alarm goes off",
        f"{DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html",
        ("05/aws-run", "07/picture", "07/trapped", "07/bad", "07/dashboard", "07/costs"),
    ),
    Difference(
        "an invocation does not answer with the tail of its log",
        f"{DOCS}/lambda/latest/api/API_Invoke.html",
        ("05/price-run",),
    ),
    Difference(
        "a loop between a queue and a function is not stopped after 16 invocations",
        f"{DOCS}/lambda/latest/dg/invocation-recursion.html",
        ("05/elsewhere-run",),
    ),
    Difference(
        "a mapping of a FIFO queue works on one message group at a time",
        f"{DOCS}/lambda/latest/dg/services-sqs-scaling.html",
        ("08/groups-run",),
    ),
    Difference(
        "Logs Insights does not know the commands of the query",
        f"{DOCS}/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html",
        ("07/query",),
    ),
    Difference(
        "nothing is received for a function that is throttled, so no message dies of it",
        f"{DOCS}/lambda/latest/dg/services-sqs-configure.html",
        ("06/throttled", "06/die", "06/reasons"),
    ),
)

TIMES = (
    "02/polling-run",
    "05/complete-run",
    "06/run",
    "06/answers",
    "06/slowly",
)
"""Cells whose numbers depend on how long things take, and may be the same by chance."""

_BY_CELL = {cell: each for each in (*BY_DESIGN, *GAPS) for cell in each.cells}
_BY_CELL |= {cell: Difference("times are real", "", TIMES) for cell in TIMES}


def find_difference(cell: str) -> Difference | None:
    """Why a cell differs; None: it must not."""
    return _BY_CELL.get(cell)
