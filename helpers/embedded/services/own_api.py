"""A service that is ours alone: called by operation and parameters, answered in the protocol of
the request. moto's request and response classes stand between nothing here."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import lru_cache
from typing import Any, ClassVar

from botocore import xform_name
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.serialize import XFormedAttributePicker, get_serializer_class
from moto.core.utils import get_service_model

from helpers.embedded.service import Call, NotInEmbeddedAccount
from helpers.embedded.uuids import new_request_id
from helpers.embedded.wire import ApiResponse

Result = dict[str, Any] | None
"""What an operation answers, by the names of its output shape; None: it answers nothing."""


class OwnApi:
    """One call. Each operation is a method of its name, in the words of boto3: `send_message`.

    An operation raises a ServiceException of moto's to refuse, with AWS's code and words.
    """

    service: ClassVar[str]

    def __init__(self, call: Call) -> None:
        self.call = call
        self.params = call.parameters

    def answer(self) -> ApiResponse:
        """The operation's result or refusal.

        Raises:
            NotInEmbeddedAccount: there is no such operation here.
        """
        operation = self.call.operation or ""
        known = operation in _operations(self.service)
        method = getattr(self, xform_name(operation), None) if known else None
        if method is None:
            raise NotInEmbeddedAccount(
                f"The embedded account cannot do that; a real account can. "
                f"({self.service}: {operation or self.call.request.path})"
            )
        try:
            result: Result = method()
        except ServiceException as error:
            return self.refuse(error)
        headers = {"x-amzn-RequestId": new_request_id()}
        if self.call.request.target is None:
            return self._serialized(result, headers)
        headers["Content-Type"] = "application/x-amz-json-1.0"
        # Results have the names and types of the JSON protocol already.
        body = "{}" if result is None else _encode(result)
        return ApiResponse(200, headers, body.encode())

    def refuse(self, error: ServiceException) -> ApiResponse:
        """The error as an answer. A service whose errors differ from its model extends it."""
        return self._serialized(error, {"x-amzn-RequestId": new_request_id()})

    def _serialized(self, result: object, headers: dict[str, str]) -> ApiResponse:
        """In the form that the service's model gives it."""
        protocol = "json" if self.call.request.target else "query"
        serializer = get_serializer_class(self.service, protocol)(
            _operation(self.service, self.call.operation or ""),
            value_picker=XFormedAttributePicker(),
        )
        made = serializer.serialize(result)
        return ApiResponse(
            int(made["status_code"]), {**made["headers"], **headers}, str(made["body"]).encode()
        )


@lru_cache(maxsize=16)
def _operations(service: str) -> frozenset[str]:
    return frozenset(get_service_model(service).operation_names)


@lru_cache(maxsize=512)
def _operation(service: str, name: str) -> OperationModel:
    model: OperationModel = get_service_model(service).operation_model(name)
    return model


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


_encode = json.JSONEncoder(default=_base64).encode
