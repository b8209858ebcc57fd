"""A request to KMS: its parameters, and the keys that it names."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

from moto.core.request import Request
from moto.kms.models import kms_backends
from moto.kms.responses import KmsResponse

from helpers.embedded.moto_seams.backends import backend_at
from helpers.embedded.services.kms.backend import KmsBackend, backend_of
from helpers.embedded.services.kms.errors import KmsException, dry_run, invalid_request, not_found
from helpers.embedded.services.kms.grants import grant_by_token
from helpers.embedded.services.kms.key import Key
from helpers.embedded.services.kms.states import CRYPTOGRAPHY, check_state
from helpers.embedded.services.paging import BadToken, page_of

_BY_ALIAS = CRYPTOGRAPHY | {"DescribeKey"}
"""Operations that take an alias for a key; the others want its id or ARN."""

_PAGE = 50
"""Rows of a list, if nobody says how many; the API has 100 for some."""
_LISTS = {
    "ListAliases": "Aliases",
    "ListGrants": "Grants",
    "ListKeyPolicies": "PolicyNames",
    "ListKeyRotations": "Rotations",
    "ListKeys": "Keys",
    "ListResourceTags": "Tags",
    "ListRetirableGrants": "Grants",
}

_BYTES = ("CiphertextBlob", "Mac", "Message", "Plaintext", "Signature")
_KEYS = ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId")


class KmsRequest(KmsResponse):
    """Finds the keys first, refuses what their state forbids, and then lets moto go on with
    plain key ids, which all of its methods understand."""

    def dispatch_request(self, request: Request, url: str, headers: Any) -> Any:
        return self._dispatch(request, url, headers)

    def call_action(self) -> Any:
        given: dict[str, Any] = {"PolicyName": "default"} | json.loads(self.body or b"{}")
        self._given = given | {name: b64decode(given[name]) for name in _BYTES if name in given}
        self.keys: dict[str, Key] = {}
        operation = self._get_action()
        try:
            self._find_keys(operation)
            for token in self._get_param("GrantTokens", ()):
                grant_by_token(self.region, token)
            if rows := _LISTS.get(operation):
                return self._paged(rows, super().call_action())
            if not self._get_param("DryRun"):
                return super().call_action()
            if operation in CRYPTOGRAPHY:
                status, headers, body = super().call_action()
                if status != 200:
                    return status, headers, body
            raise dry_run()
        except KmsException as error:
            headers, body = self._enrich_response(dict(error.get_headers()), error.description)
            return error.code, headers, body

    def _paged(self, name: str, answer: Any) -> Any:
        """What of a list is answered now (KMS API reference, Limit and Marker)."""
        status, headers, body = answer
        if status != 200:
            return answer
        listed = json.loads(body)
        try:
            page = page_of(listed[name], self._get_param("Marker"), self._number("Limit"), _PAGE)
        except BadToken:
            raise KmsException("InvalidMarkerException") from None
        rest = {"NextMarker": page.token} if page.token else {}
        listed |= {name: page.rows, "Truncated": bool(page.token), **rest}
        return status, headers, json.dumps(listed)

    def _find_keys(self, operation: str) -> None:
        for name in _KEYS:
            if named := self._given.get(name):
                key = self._find(named, name, operation)
                check_state(key, operation)
                self.keys[name] = key
                self._given[name] = key.id

    def _find(self, named: str, parameter: str, operation: str) -> Key:
        if parameter == "TargetKeyId" and "alias/" in named:
            raise invalid_request("Aliases must refer to keys. Not aliases")
        account = self.current_account
        if named.startswith("arn:") and operation in _BY_ALIAS and named.count(":") >= 5:
            account = named.split(":", 5)[4]
            if backend_at(kms_backends, account, self.region) is None:
                raise not_found(f"Invalid arn {account}")
        backend = backend_of(kms_backends, account, self.region)
        return backend.find(named, by_alias=operation in _BY_ALIAS)

    @property
    def kms_backend(self) -> KmsBackend:
        """Where the request's key is: in the caller's account unless an ARN says otherwise."""
        key = self.keys.get("KeyId") or self.keys.get("SourceKeyId")
        account = key.account_id if key else self.current_account
        return backend_of(kms_backends, account, self.region)

    @property
    def key(self) -> Key:
        """The key that the request must name."""
        key = self.keys.get("KeyId")
        if key is None:
            raise invalid_request("KeyId is required.")
        return key

    def _validate_key_id(self, key_id: str) -> None:
        """The keys of the request have been found; moto knows no id of a multi-Region key."""

    _validate_cmk_id = _validate_key_id

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = self._given.get(param_name)
        return if_none if value is None else value

    def _number(self, name: str) -> int | None:
        value = self._get_param(name)
        return None if value is None else int(value)


def as_json(**fields: Any) -> str:
    """An answer; bytes as base64, and what is None left out."""
    return json.dumps(
        {name: _as_text(value) for name, value in fields.items() if value is not None}
    )


def _as_text(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes) else value
