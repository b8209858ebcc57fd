"""A queue as a mapping's poller uses it: by the permissions of the function's role.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException

from helpers.embedded.door.access.access import Access
from helpers.embedded.services.lambda_.execution.functions import Functions
from helpers.embedded.services.sqs.message import Message

if TYPE_CHECKING:
    from helpers.embedded.services.lambda_.event_source.mapping import Mapping


class CannotRead(Exception):
    """Whom the queue gives nothing; the message says why."""


class QueueReader:
    """Receives and deletes for one mapping, as the role that its function has at that moment.

    AWS does not document what a poller does that has lost a permission. This one receives
    nothing that it could not delete, and goes on when it may again (modelled).
    """

    def __init__(self, mapping: Mapping, functions: Functions, access: Access) -> None:
        self._mapping = mapping
        self._functions = functions
        self._access = access
        self._role = ""

    def check(self) -> None:
        """See whether the queue may be read.

        Raises:
            CannotRead: the function is gone, or its role lacks a permission.
        """
        try:
            self._role = str(self._functions.find(self._mapping.function_arn).role)
        except HTTPException:
            raise CannotRead("The function does not exist.") from None
        if complaint := self._complaint():
            raise CannotRead(complaint)

    def receive(self, most: int) -> list[Message]:
        """Up to `most` messages.

        Raises:
            CannotRead: as `check`.
            ServiceException: the key of the queue cannot be used, or not by the role.
        """
        self.check()
        with self._access.acting_as(self._access.session_of(self._role)):
            return self._mapping.queue.receive(most)

    def delete(self, message: Message) -> bool:
        """Whether the message is gone. It comes again if the role may not delete any more, and
        from a FIFO queue if its time in flight is over."""
        arn = self._mapping.queue.queue_arn
        if self._complaint() and not self._access.may(self._role, "sqs:DeleteMessage", arn):
            return False
        return self._mapping.queue.delete_received(message)

    def _complaint(self) -> str | None:
        return self._access.missing_for_event_source(self._role, self._mapping.queue.queue_arn)
