"""The functions of one Region as moto keeps them, and what moto does not keep."""

from __future__ import annotations

import copy
from base64 import b64decode
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import LambdaAlias, LambdaBackend, LambdaFunction, LayerVersion
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from helpers.embedded.services.lambda_.aliases import weights_of
from helpers.embedded.services.lambda_.event_invoke import EventInvokeConfigs
from helpers.embedded.services.lambda_.execution import environments
from helpers.embedded.services.lambda_.execution.modelled_environments import find_work
from helpers.embedded.services.lambda_.function import Function
from helpers.embedded.services.lambda_.function_names import LATEST, FunctionName, parse_name
from helpers.embedded.services.lambda_.function_versions import BadCodeArchive, check_code
from helpers.embedded.services.lambda_.in_process import machine
from helpers.embedded.services.lambda_.layers import find_layers
from helpers.embedded.services.lambda_.resource_policy import ResourcePolicy
from helpers.embedded.services.lambda_.revisions import revisions_of

if TYPE_CHECKING:
    from helpers.embedded.services.lambda_.service import LambdaService

ACCOUNT_CONCURRENCY = 1000
"""Invocations at once in an account and Region, if nobody asked AWS for more."""

UNRESERVED_AT_LEAST = 100
"""What functions cannot reserve, so that the others have something left."""


LARGEST_PACKAGE = 50 << 20
"""Bytes of a package that comes with a request; larger ones lie in S3 (LDG
gettingstarted-limits)."""


class TooLarge(LambdaClientError):
    code = 413

    def __init__(self, message: str) -> None:
        super().__init__("RequestEntityTooLargeException", message)


class Conflict(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class FunctionBackend(LambdaBackend):
    """moto's Lambda state of one Region, with the code checked before it is taken."""

    service: ClassVar[LambdaService]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.event_invoke_configs = EventInvokeConfigs()
        self.may_loop: set[str] = set()
        """Names of functions whose recursive loops are not stopped."""
        self.revise = revisions_of(region_name, account_id)
        self._alias_policies: WeakKeyDictionary[LambdaAlias, ResourcePolicy] = WeakKeyDictionary()

    def unreserved_concurrency(self, besides: str | None = None) -> int:
        """What functions have not reserved, but for one of them."""
        return ACCOUNT_CONCURRENCY - sum(
            int(each.reserved_concurrency or 0)
            for each in self.list_functions()
            if each.function_name != besides
        )

    # Functions and versions

    def find(self, named: FunctionName) -> Function:
        """The function, or the version that is named by its number or an alias.

        Raises moto's UnknownFunctionException, which becomes AWS's 404.
        """
        function = self.get_function(named.name, named.qualifier)
        assert isinstance(function, Function)
        return function

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        self._check_stored(spec["Code"])
        layers = find_layers(spec.get("Layers") or (), self)
        function = Function(  # type: ignore[abstract]  # as in moto itself
            self.revise,
            account_id=self.account_id,
            spec=spec,
            region=self.region_name,
            version=LATEST,
        )
        _check_upload(function.code_bytes)
        function.layer_archives = layers
        if not (machine.is_installed() or find_work(function.code_bytes, function.handler or "")):
            environments.prepare()
        self._lambdas.put_function(function)
        answer = copy.copy(function)
        if spec.get("Publish"):
            answer.version = self.publish_version(function.function_name).version
        function.renew_revision()
        return answer

    def update_function_code(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        if package := body.get("ZipFile"):
            _check_upload(b64decode(package))
        self._check_stored(body)
        if not body.get("DryRun"):
            self.find(FunctionName(function_name, qualifier)).keep(body)
        return super().update_function_code(function_name, qualifier, body)

    def _check_stored(self, code: dict[str, Any]) -> None:
        """Code that lies in a bucket is there, and is a package. moto would take it for empty."""
        if not (bucket := code.get("S3Bucket")):
            return
        try:
            key = code.get("S3Key", "")
            stored = s3_backends[self.account_id]["aws"].get_object(bucket, key)
        except MissingBucket:
            raise _not_got("NoSuchBucket", "The specified bucket does not exist") from None
        if stored is None:
            raise _not_got("NoSuchKey", "The specified key does not exist.")
        _check_package(stored.value)

    def update_function_configuration(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        function = self.find(FunctionName(function_name, qualifier))
        if (layers := body.get("Layers")) is not None:
            function.layer_archives = find_layers(layers, self)
        function.keep(body)
        return super().update_function_configuration(function_name, qualifier, body)

    def publish_layer_version(self, spec: dict[str, Any]) -> LayerVersion:
        if package := spec["Content"].get("ZipFile"):
            _check_upload(b64decode(package))
        self._check_stored(spec["Content"])
        return super().publish_layer_version(spec)

    def publish_version(self, function_name: str, description: str | None = "") -> Function:
        """The version that $LATEST is now; a new one only if it is like no version yet.

        Numbers are not given twice (LDG configuration-versions); moto counts what is left.
        """
        latest = self.find(FunctionName(parse_name(function_name).name))
        newest = self._lambdas._get_version(latest.function_name, str(latest.last_published))
        if isinstance(newest, Function) and not latest.has_changed:
            return newest
        version = latest.next_version(description)
        self._lambdas._functions[latest.function_name]["versions"].append(version)
        self._lambdas._arns[version.function_arn] = version
        return version

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        named = parse_name(function_name)
        qualifier = qualifier or named.qualifier
        function = self.find(FunctionName(named.name))
        if qualifier is not None:
            self._check_unreferenced(self.find(FunctionName(named.name, qualifier)))
        super().delete_function(named.name, qualifier)
        if qualifier is None:
            self.event_invoke_configs.forget(function.function_arn)
            self.may_loop.discard(named.name)

    def _check_unreferenced(self, version: Function) -> None:
        """A version stays as long as aliases send to it (API DeleteFunction)."""
        number = str(version.version)
        referring = [
            alias.name
            for alias in self.list_aliases(version.function_name)
            if number in (alias.function_version, *weights_of(alias.routing_config))
        ]
        if referring:
            raise Conflict(
                "Unable to delete version because the following aliases reference it: "
                f"[{', '.join(referring)}]"
            )

    # Aliases and policies

    def find_alias(self, named: FunctionName) -> LambdaAlias | None:
        """None: the qualifier is no alias of the function."""
        aliases = self._lambdas._get_function_aliases(named.name)
        return aliases.get(named.qualifier or "")

    def policy_of(self, named: FunctionName) -> ResourcePolicy:
        """Of the function, version or alias, which have one each."""
        function = self.find(named)
        alias = self.find_alias(named)
        if alias is None:
            return function.policy
        if alias not in self._alias_policies:
            self._alias_policies[alias] = ResourcePolicy(self.revise)
        return self._alias_policies[alias]

    # What moto would run

    def invoke(self, *_: Any, **__: Any) -> str:
        """moto would look for Docker; invocations are answered by `Invocations`."""
        raise NotImplementedError("invocations run in execution environments")

    def send_sqs_batch(self, *_: Any, **__: Any) -> bool:
        """moto's own event source, which runs inside SendMessage, is not this account's."""
        raise NotImplementedError("queues are read by the event source mappings' pollers")


def _not_got(code: str, said: str) -> InvalidParameterValueException:
    return InvalidParameterValueException(
        f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {said}"
    )


def _check_upload(archive: bytes) -> None:
    """As recorded: test_oversized_zipped_create_lambda."""
    if len(archive) >= LARGEST_PACKAGE:
        raise TooLarge(f"Zipped size must be smaller than {LARGEST_PACKAGE} bytes")
    _check_package(archive)


def _check_package(archive: bytes) -> None:
    try:
        check_code(archive)
    except BadCodeArchive as bad:
        raise InvalidParameterValueException(str(bad)) from bad
