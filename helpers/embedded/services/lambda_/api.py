"""Lambda's API for functions as this account answers it: moto's, where AWS's is no other.

Refusals and answers as recorded in test_lambda_api.snapshot.json of LocalStack.
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.core.utils import unix_time

from helpers.embedded.door.constraints import find_complaint
from helpers.embedded.services.lambda_.backend import (
    ACCOUNT_CONCURRENCY,
    LARGEST_PACKAGE,
    UNRESERVED_AT_LEAST,
)
from helpers.embedded.services.lambda_.event_invoke import check_services, destinations_of
from helpers.embedded.services.lambda_.function import (
    Configuration,
    Function,
    as_created,
    as_listed,
    as_updated,
)
from helpers.embedded.services.lambda_.function_keys import FunctionKeys
from helpers.embedded.services.lambda_.function_names import (
    LATEST,
    FunctionName,
    NotFound,
    parse_name,
    read_name,
)
from helpers.embedded.services.lambda_.function_requests import Answer
from helpers.embedded.services.lambda_.function_settings import check_settings
from helpers.embedded.services.lambda_.permissions_api import PermissionsApi
from helpers.embedded.services.lambda_.response_forms import page_of
from helpers.embedded.services.lambda_.revisions import check_revision
from helpers.embedded.services.lambda_.versions_api import VersionsApi

_MEGABYTE = 1 << 20
_MOST_TAGS = 50
_NUMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
_FUNCTIONS_ONLY = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support "
    "this operation. Please specify either a function name or an unqualified function ARN."
)
"""Recorded of PutFunctionConcurrency, and said of every change that versions do not allow."""


class FunctionsApi(VersionsApi, PermissionsApi):
    """One request about functions."""

    # Functions

    def create_function(self) -> Answer:
        check_settings(self.json_body)
        self._name_plainly()
        arn = self._arn(FunctionName(self.json_body["FunctionName"]))
        self._keys.check_configurable(arn, self.json_body.get("KMSKeyArn"))
        status, headers, text = super().create_function()
        return status, headers, json.dumps(as_created(self._keys.show(json.loads(text))))

    @property
    def _keys(self) -> FunctionKeys:
        return self._functions.service.keys

    def _name_plainly(self) -> None:
        """A function may be made by its ARN as well."""
        given = self.json_body["FunctionName"]
        named = read_name("CreateFunction", given, None, self.region)
        self.body = json.dumps(self.json_body | {"FunctionName": named.name})

    def get_function(self) -> str:
        answer = json.loads(super().get_function())
        shown = self._keys.show(answer["Configuration"])
        answer["Configuration"] = shown | {"FunctionArn": self._qualified_arn(self._name)}
        return json.dumps(answer)

    def get_function_configuration(self) -> str:
        configuration = self._keys.show(json.loads(super().get_function_configuration()))
        return json.dumps(configuration | {"FunctionArn": self._qualified_arn(self._name)})

    def list_functions(self) -> str:
        version = self.querystring.get("FunctionVersion", [None])[0]
        if complaint := find_complaint("lambda", "ListFunctions", {"FunctionVersion": version}):
            raise LambdaClientError("ValidationException", complaint)
        functions = self._functions.list_functions(version)
        listed = [as_listed(self._keys.show(each.get_configuration())) for each in functions]
        return json.dumps(page_of("Functions", listed, self.querystring))

    def update_function_configuration(self) -> Answer:
        function = self._about_to_change()
        check_settings(self.json_body, function.logging.log_format)
        if (key := self.json_body.get("KMSKeyArn")) is None and "Environment" in self.json_body:
            key = function.kms_key_arn
        self._keys.check_configurable(function.function_arn, key)
        _, headers, text = super().update_function_configuration()
        configuration = self._keys.show(json.loads(text))
        return 200, headers, json.dumps(self._updated(function, configuration))

    def update_function_code(self) -> Any:
        function = self._about_to_change()
        status, headers, text = super().update_function_code()
        configuration, given = json.loads(text), self.json_body
        if given.get("Publish"):
            configuration = as_created(configuration)
        elif not given.get("DryRun"):
            configuration = self._updated(function, configuration)
        return status, headers, json.dumps(configuration)

    def _about_to_change(self) -> Function:
        """$LATEST, which alone can change; refused if the request means another revision."""
        if self._name.qualifier not in (None, LATEST):
            raise InvalidParameterValueException(_FUNCTIONS_ONLY)
        function = self._functions.find(FunctionName(self._name.name))
        check_revision(self.json_body.get("RevisionId"), function.revision_id)
        return function

    def _updated(self, function: Function, configuration: Configuration) -> Configuration:
        """An update is a revision of its function, and that it has been carried out the next."""
        revision = {"RevisionId": self._functions.revise()}
        function.renew_revision()
        return as_updated(configuration) | revision

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
                    "CodeSizeZipped": LARGEST_PACKAGE,
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
            raise InvalidParameterValueException(_FUNCTIONS_ONLY)
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
        return self._last_in_path

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
