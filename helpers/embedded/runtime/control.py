"""Lambda's API for functions as this account answers it: moto's, where AWS's is no other.

Refusals and answers as recorded in test_lambda_api.snapshot.json of LocalStack.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.responses import LambdaResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time

from helpers.embedded.constraints import find_complaint
from helpers.embedded.runtime.aliases import Weights, check_routing, weights_of
from helpers.embedded.runtime.backend import (
    ACCOUNT_CONCURRENCY,
    UNRESERVED_AT_LEAST,
    FunctionBackend,
)
from helpers.embedded.runtime.event_invoke import check_services, destinations_of
from helpers.embedded.runtime.function_names import (
    LATEST,
    FunctionName,
    NotFound,
    parse_name,
    read_name,
)
from helpers.embedded.runtime.function_settings import check_settings

Answer = tuple[int, dict[str, Any], str]

_PATH = re.compile(r"/functions/([^/?]+)")
_MEGABYTE = 1 << 20
_MOST_TAGS = 50
_NUMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")


class FunctionsApi(LambdaResponse):
    """One request about functions."""

    def call_action(self) -> Any:
        """A name that nobody can have is refused by every operation."""
        try:
            self._named  # noqa: B018
        except LambdaClientError as refusal:
            headers = {"status": refusal.code, "X-Amzn-ErrorType": refusal.error_type}
            return refusal.code, headers, json.dumps({"message": refusal.message})
        return super().call_action()

    @property
    def _functions(self) -> FunctionBackend:
        backend = self.backend
        assert isinstance(backend, FunctionBackend)
        return backend

    @property
    def _named(self) -> FunctionName | None:
        """The function that the request's path names."""
        if (found := _PATH.search(self.path)) is None:
            return None
        qualifier = self.querystring.get("Qualifier", [None])[0]
        return read_name(unquote(found[1]), qualifier, self.region)

    @property
    def _name(self) -> FunctionName:
        named = self._named
        assert named is not None
        return named

    def _arn(self, named: FunctionName) -> str:
        return f"arn:aws:lambda:{self.region}:{self.current_account}:function:{named.name}"

    def _exists(self, named: FunctionName) -> bool:
        try:
            self._functions.get_function(named.name, named.qualifier)
        except JsonRESTError:
            return False
        return True

    # Functions

    def create_function(self) -> Any:
        check_settings(self.json_body)
        return self._with_dead_letter_config(super().create_function())

    def get_function_configuration(self) -> Any:
        return self._with_dead_letter_config(super().get_function_configuration())

    def update_function_configuration(self) -> Any:
        check_settings(self.json_body)
        return self._with_dead_letter_config(super().update_function_configuration())

    def _with_dead_letter_config(self, answer: Any) -> Any:
        """moto does not show where a function's failed Event invocations go."""
        *rest, text = answer if isinstance(answer, tuple) else (answer,)
        config = json.loads(text)
        function = self.backend.get_function(config["FunctionName"])
        if target := getattr(function, "dead_letter_arn", None):
            config["DeadLetterConfig"] = {"TargetArn": target}
        text = json.dumps(config)
        return (*rest, text) if rest else text

    def delete_function(self) -> Any:
        if self._name.qualifier == LATEST:
            raise InvalidParameterValueException(
                "$LATEST version cannot be deleted without deleting the function."
            )
        return super().delete_function()

    def get_account_settings(self) -> str:
        functions = list(self._functions.list_functions())
        return json.dumps(
            {
                "AccountLimit": {
                    "TotalCodeSize": 75 * 1024 * _MEGABYTE,
                    "CodeSizeUnzipped": 250 * _MEGABYTE,
                    "CodeSizeZipped": 50 * _MEGABYTE,
                    "ConcurrentExecutions": ACCOUNT_CONCURRENCY,
                    "UnreservedConcurrentExecutions": self._functions.unreserved_concurrency(),
                },
                "AccountUsage": {
                    "TotalCodeSize": sum(each.code_size for each in functions),
                    "FunctionCount": len(functions),
                },
            }
        )

    # Reserved concurrency

    def put_function_concurrency(self) -> Answer:
        named = self._name
        if named.is_qualified:
            raise InvalidParameterValueException(
                "This operation is permitted on Lambda functions only. Aliases and versions do not "
                "support this operation. Please specify either a function name or an unqualified "
                "function ARN."
            )
        if not self._exists(named):
            raise NotFound(f"Function not found: {self._arn(named)}:{LATEST}")
        reserved = int(self.json_body["ReservedConcurrentExecutions"])
        left = self._functions.unreserved_concurrency(besides=named.name) - reserved
        if left < UNRESERVED_AT_LEAST:
            raise InvalidParameterValueException(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED_AT_LEAST}]."
            )
        self._functions.put_function_concurrency(
            named.name,
            reserved,  # type: ignore[arg-type]  # GetFunctionConcurrency shows it as it was given
        )
        return 200, {}, json.dumps({"ReservedConcurrentExecutions": reserved})

    # Event invocations

    @property
    def _invoked_arn(self) -> str:
        """The qualified ARN that a configuration of Event invocations is for."""
        named = self._name
        return f"{self._arn(named)}:{named.qualifier or LATEST}"

    def _check_event_invoke_config(self) -> None:
        named = self._name
        if not self._exists(named):
            raise NotFound("The function doesn't exist.")
        operation = "PutFunctionEventInvokeConfig"
        numbers = {name: self.json_body.get(name) for name in _NUMBERS}
        if complaint := find_complaint("lambda", operation, numbers):
            raise LambdaClientError("ValidationException", complaint)
        check_services(self.json_body)
        for arn in destinations_of(self.json_body):
            if arn.split(":")[2] != "lambda":
                continue
            if parse_name(arn).name == named.name:
                raise InvalidParameterValueException(
                    "You can't specify the function as a destination for itself."
                )
            if not self._exists(parse_name(arn)):
                raise InvalidParameterValueException(f"The destination ARN {arn} is invalid.")

    def put_function_event_invoke_config(self) -> Any:
        self._check_event_invoke_config()
        configs = self._functions.event_invoke_configs
        return json.dumps(configs.put(self._invoked_arn, self.json_body, unix_time()))

    def update_function_event_invoke_config(self) -> str:
        self._check_event_invoke_config()
        configs = self._functions.event_invoke_configs
        return json.dumps(configs.update(self._invoked_arn, self.json_body, unix_time()))

    def get_function_event_invoke_config(self) -> Any:
        return json.dumps(self._functions.event_invoke_configs.get(self._invoked_arn))

    def delete_function_event_invoke_config(self) -> Answer:
        self._functions.event_invoke_configs.delete(self._invoked_arn)
        return 204, {"status": 204}, "{}"

    def list_function_event_invoke_configs(self) -> str:
        named = self._name
        if not self._exists(named):
            raise NotFound("The function doesn't exist.")
        found = self._functions.event_invoke_configs.of_function(self._arn(named))
        return json.dumps({"FunctionEventInvokeConfigs": list(found)})

    # Tags

    def tag_resource(self) -> Any:
        self._refuse_qualified()
        tags = self.json_body.get("Tags") or {}
        if not tags:
            raise InvalidParameterValueException(
                "An error occurred and the request cannot be processed."
            )
        function = self._functions.get_function(parse_name(self._tagged_arn).name)
        if len({**function.tags, **tags}) > _MOST_TAGS:
            raise InvalidParameterValueException("Number of tags exceeds resource tag limit.")
        return super().tag_resource()

    def untag_resource(self) -> Any:
        self._refuse_qualified()
        return super().untag_resource()

    def list_tags(self) -> Any:
        self._refuse_qualified()
        return super().list_tags()

    @property
    def _tagged_arn(self) -> str:
        return unquote(self.path.rpartition("/")[2])

    def _refuse_qualified(self) -> None:
        if parse_name(self._tagged_arn).is_qualified:
            raise InvalidParameterValueException(
                "Tags on function aliases and versions are not supported. Please specify a "
                "function ARN."
            )

    # Loops

    def get_function_recursion_config(self) -> str:
        self._functions.get_function(self._name.name)
        allowed = self._name.name in self._functions.may_loop
        return json.dumps({"RecursiveLoop": "Allow" if allowed else "Terminate"})

    def put_function_recursion_config(self) -> str:
        name = self._name.name
        self._functions.get_function(name)
        if complaint := find_complaint("lambda", "PutFunctionRecursionConfig", self.json_body):
            raise LambdaClientError("ValidationException", complaint)
        if self.json_body["RecursiveLoop"] == "Allow":
            self._functions.may_loop.add(name)
        else:
            self._functions.may_loop.discard(name)
        return self.get_function_recursion_config()

    # Aliases

    def create_alias(self) -> Any:
        given, named = self.json_body, self._name
        version, weights = given["FunctionVersion"], weights_of(given.get("RoutingConfig"))
        self._check_routing(version, weights)
        try:
            self._functions.get_alias(given["Name"], named.name)
        except JsonRESTError:
            return super().create_alias()
        raise Conflict(f"Alias already exists: {self._arn(named)}:{given['Name']}")

    def get_alias(self) -> Any:
        _, headers, text = super().get_alias()
        return 200, headers | {"status": 200}, text

    def update_alias(self) -> Any:
        given, name = self.json_body, unquote(self.path.rpartition("/")[2])
        alias = self._functions.get_alias(name, self._name.name)
        version = given.get("FunctionVersion") or alias.function_version
        self._check_routing(version, weights_of(given.get("RoutingConfig")))
        _, headers, text = super().update_alias()
        return 200, headers | {"status": 200}, text

    def delete_alias(self) -> Any:
        super().delete_alias()
        return 204, {"status": 204}, "{}"

    def _check_routing(self, version: str, weights: Weights) -> None:
        check_routing(version, weights)
        for each in (version, *weights):
            named = self._name._replace(qualifier=each)
            if not self._exists(named):
                raise NotFound(f"Function not found: {self._arn(named)}:{each}")

    # Who may invoke

    def add_permission(self) -> Any:
        named, statement = self._name, self.json_body["StatementId"]
        if named.qualifier == LATEST:
            raise InvalidParameterValueException(
                "We currently do not support adding policies for $LATEST."
            )
        function = self._functions.get_function(named.name, named.qualifier)
        if any(each.get("Sid") == statement for each in function.policy.statements):
            raise Conflict(
                f"The statement id ({statement}) provided already exists. Please provide a new "
                "statement id, or remove the existing statement."
            )
        return super().add_permission()

    def remove_permission(self) -> Any:
        named, statement = self._name, unquote(self.path.rpartition("/")[2].partition("?")[0])
        if not self._exists(FunctionName(named.name)):
            raise NotFound(f"No policy found for: {self._arn(named)}")
        function = self._functions.get_function(named.name, named.qualifier)
        if not function.policy.statements:
            raise NotFound("No policy is associated with the given resource.")
        if all(each.get("Sid") != statement for each in function.policy.statements):
            raise NotFound(f"Statement {statement} is not found in resource policy.")
        return super().remove_permission()

    def get_policy(self) -> Any:
        named = self._name
        exists = self._exists(named)
        if not exists or not self._policy_of(named).statements:
            raise NotFound("The resource you requested does not exist.")
        return super().get_policy()

    def _policy_of(self, named: FunctionName) -> Any:
        return self._functions.get_function(named.name, named.qualifier).policy


class Conflict(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)
