"""The KMS key that a function's environment variables are encrypted with.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html: who configures
a key needs kms:CreateGrant and kms:Encrypt, and who wants to see the variables kms:Decrypt.
Modelled: the function's role needs kms:Decrypt by policies; the grant that Lambda makes is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.core.exceptions import JsonRESTError

from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.authorization import Want
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.door.access.wording import sentence
from helpers.embedded.services.lambda_.execution.functions import Unreadable

if TYPE_CHECKING:
    from helpers.embedded.services.kms.service import KmsService
    from helpers.embedded.services.lambda_.function import Configuration, Function

_CONFIGURES = ("kms:CreateGrant", "kms:Encrypt")
_DENIED = "AccessDeniedException"

_AS_LAMBDA_SAYS = {
    _DENIED: ("KMSAccessDeniedException", "KMS access was denied"),
    "DisabledException": ("KMSDisabledException", "the KMS key used is disabled"),
    "KMSInvalidStateException": (
        "KMSInvalidStateException",
        "the state of the KMS key used is not valid",
    ),
    "NotFoundException": ("KMSNotFoundException", "the KMS key was not found"),
}
"""Lambda's code and reason for KMS's (API Invoke, Errors)."""


class FunctionKeys:
    """Asks KMS in the name of a caller or of a function's role. `keys` gives the account's keys."""

    def __init__(self, keys: Callable[[], KmsService], access: Access) -> None:
        self._keys = keys
        self._access = access

    def check_configurable(self, function_arn: str, key: str | None) -> None:
        """Raise Lambda's refusal unless whoever calls may give the function this key."""
        if key and (refusal := self._ask(self._access.caller, _CONFIGURES, function_arn, key)):
            raise InvalidParameterValueException(
                "Lambda was unable to configure access to your environment variables because the "
                "KMS key is invalid for CreateGrant. Please check your KMS key settings. "
                f"KMS Exception: {refusal.error_type} KMS Message: {refusal.message}"
            )

    def check_there(self, function_arn: str, key: str | None) -> None:
        """Raise Lambda's refusal of a key for filters that is not there, or cannot be used.

        Modelled: filters are kept as they are, and who may use the key is not asked.
        """
        if key and (refusal := self._ask(None, (), function_arn, key)):
            raise InvalidParameterValueException(
                "Lambda was unable to configure access to your filter criteria because the KMS key "
                "is invalid. Please check your KMS key settings. "
                f"KMS Exception: {refusal.error_type} KMS Message: {refusal.message}"
            )

    def check_readable(self, function: Function) -> None:
        """Raise Unreadable unless the function's role can have its variables decrypted."""
        if not function.kms_key_arn or not function.environment_vars:
            return
        role = self._access.session_of(function.role)
        arn, key = function.function_arn, function.kms_key_arn
        if refusal := self._ask(role, ("kms:Decrypt",), arn, key):
            code, reason = _AS_LAMBDA_SAYS.get(refusal.error_type, _AS_LAMBDA_SAYS[_DENIED])
            raise Unreadable(
                code,
                f"Lambda was unable to decrypt the environment variables because {reason}. Please "
                "check the function's KMS key settings. "
                f"KMS Exception: {refusal.error_type} KMS Message: {refusal.message}",
            )

    def show(self, configuration: Configuration) -> Configuration:
        """What whoever calls may see of it: without kms:Decrypt an error for the variables."""
        key, arn = configuration.get("KMSKeyArn"), configuration["FunctionArn"]
        if not key or not (configuration.get("Environment") or {}).get("Variables"):
            return configuration
        refusal = self._ask(self._access.caller, ("kms:Decrypt",), arn, key)
        if refusal is None:
            return configuration
        said = (
            "Lambda was unable to decrypt your environment variables because the KMS access was "
            "denied. Please check your KMS permissions. "
            f"KMS Exception: {refusal.error_type} KMS Message: {refusal.message}"
        )
        error = {"ErrorCode": refusal.error_type, "Message": said}
        return configuration | {"Environment": {"Error": error}}

    def _ask(
        self, caller: Principal | None, actions: tuple[str, ...], function_arn: str, key: str
    ) -> JsonRESTError | None:
        """KMS's refusal; None: the key can be used so."""
        _, _, _, region, account, *_ = function_arn.split(":")
        keys = self._keys()
        keys.settle()
        try:
            found = keys.find(key, region, account)
            for action in actions:
                if caller is None or not self._access.enforced:
                    break
                given: dict[str, Any] = {
                    **keys.facts_of({"aws:lambda:FunctionArn": function_arn}),
                    "kms:viaservice": (f"lambda.{region}.amazonaws.com",),
                    "aws:viaawsservice": ("true",),
                }
                decision = self._access.decide(caller, action, found.arn, given)
                if not decision.allowed:
                    said = sentence(caller, Want(action, found.arn, given), decision)
                    return JsonRESTError(_DENIED, said)
            keys.check_state(found, "Decrypt")
        except JsonRESTError as refusal:
            return refusal
        return None
