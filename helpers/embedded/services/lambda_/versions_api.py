"""Versions and aliases as Lambda's API answers for them.

Recorded: TestLambdaVersions, TestLambdaAlias and TestLambdaRevisions of LocalStack's
test_lambda_api.snapshot.json.
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import LambdaAlias

from helpers.embedded.door.constraints import find_complaint
from helpers.embedded.services.lambda_.aliases import Weights, check_routing, weights_of
from helpers.embedded.services.lambda_.backend import Conflict
from helpers.embedded.services.lambda_.function import as_listed
from helpers.embedded.services.lambda_.function_names import FunctionName, NotFound
from helpers.embedded.services.lambda_.function_requests import Answer, FunctionRequest
from helpers.embedded.services.lambda_.response_forms import page_of
from helpers.embedded.services.lambda_.revisions import check_revision


class VersionsApi(FunctionRequest):
    """One request about versions or aliases."""

    # Versions

    def publish_version(self) -> Answer:
        given, latest = self.json_body, self._functions.find(FunctionName(self._name.name))
        check_revision(given.get("RevisionId"), latest.revision_id)
        wanted = given.get("CodeSha256")
        if wanted and wanted != latest.code_sha_256:
            raise InvalidParameterValueException(
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST "
                f"({latest.code_sha_256}). Please try again with the CodeSHA256 in $LATEST."
            )
        version = self._functions.publish_version(latest.function_name, given.get("Description"))
        return 201, {"status": 201}, json.dumps(version.get_configuration())

    def list_versions_by_function(self) -> str:
        self._functions.find(FunctionName(self._name.name))
        versions = self._functions.list_versions_by_function(self._name.name)
        listed = [as_listed(each.get_configuration()) for each in versions]
        return json.dumps(page_of("Versions", listed, self.querystring))

    # Aliases

    def create_alias(self) -> Answer:
        given, named = self.json_body, self._name
        if complaint := find_complaint("lambda", "CreateAlias", _besides_routing(given)):
            raise LambdaClientError("ValidationException", complaint)
        self._check_routing(given["FunctionVersion"], weights_of(given.get("RoutingConfig")))
        arn = f"{self._arn(named)}:{given['Name']}"
        if self._functions.find_alias(named._replace(qualifier=given["Name"])):
            raise Conflict(f"Alias already exists: {arn}")
        super().create_alias()
        return 201, {"status": 201}, json.dumps(_describe(self._alias(given["Name"])))

    def get_alias(self) -> Answer:
        return 200, {"status": 200}, json.dumps(_describe(self._alias(self._last_in_path)))

    def update_alias(self) -> Answer:
        given, named = self.json_body, self._name._replace(qualifier=self._last_in_path)
        alias = self._functions.find_alias(named)
        if alias is None:
            raise NotFound(f"Alias not found: {self._qualified_arn(named)}")
        check_revision(given.get("RevisionId"), alias.revision_id)
        routing = given.get("RoutingConfig", alias.routing_config)
        version = given.get("FunctionVersion") or alias.function_version
        self._check_routing(version, weights_of(routing))
        super().update_alias()
        alias.revision_id = self._functions.revise()
        return 200, {"status": 200}, json.dumps(_describe(alias))

    def delete_alias(self) -> Answer:
        """An alias that is not there is as good as deleted."""
        self._functions.delete_alias(self._last_in_path, self._name.name)
        return 204, {"status": 204}, "{}"

    def list_aliases(self) -> Answer:
        version = self.querystring.get("FunctionVersion", [None])[0]
        listed = [
            _describe(alias)
            for alias in self._functions.list_aliases(self._name.name)
            if version in (None, alias.function_version)
        ]
        return 200, {}, json.dumps(page_of("Aliases", listed, self.querystring))

    def _alias(self, name: str) -> LambdaAlias:
        return self._functions.get_alias(name, self._name.name)

    def _check_routing(self, version: str, weights: Weights) -> None:
        check_routing(version, weights)
        for each in (version, *weights):
            named = self._name._replace(qualifier=each)
            if not self._exists(named):
                raise NotFound(f"Function not found: {self._qualified_arn(named)}")


def _besides_routing(given: dict[str, Any]) -> dict[str, Any]:
    """What is refused before `check_routing` looks at the weights."""
    return {name: value for name, value in given.items() if name != "RoutingConfig"}


def _describe(alias: LambdaAlias) -> dict[str, Any]:
    described = alias.to_json()
    if not weights_of(described.pop("RoutingConfig")):
        return described
    return described | {"RoutingConfig": alias.routing_config}
