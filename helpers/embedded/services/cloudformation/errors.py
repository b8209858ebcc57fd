"""Refusals of CloudFormation."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """The request or its template makes no sense; nothing was changed."""

    code = "ValidationError"


class AlreadyExists(ServiceException):
    code = "AlreadyExistsException"


class ChangeSetNotFound(ServiceException):
    code = "ChangeSetNotFound"


class InvalidChangeSetStatus(ServiceException):
    code = "InvalidChangeSetStatus"


class InsufficientCapabilities(ServiceException):
    code = "InsufficientCapabilitiesException"


class ResourceFailed(Exception):
    """A resource could not be made, changed or deleted; the text is the reason."""
