"""Who else may invoke a function, a version or an alias, as Lambda's API keeps it.

Recorded: TestLambdaPermissions of LocalStack's test_lambda_api.snapshot.json; of revisions the
later record holds, by which a policy has revisions of its own.
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.core.exceptions import JsonRESTError

from helpers.embedded.services.lambda_.backend import Conflict
from helpers.embedded.services.lambda_.function_names import LATEST, FunctionName, NotFound, missing
from helpers.embedded.services.lambda_.function_requests import Answer, FunctionRequest
from helpers.embedded.services.lambda_.resource_policy import ResourcePolicy, statement_of
from helpers.embedded.services.lambda_.revisions import check_revision


class PermissionsApi(FunctionRequest):
    """One request about the policy of a function, a version or an alias."""

    def add_permission(self) -> Any:
        named, given = self._name, self.json_body
        if named.qualifier == LATEST:
            raise InvalidParameterValueException(
                "We currently do not support adding policies for $LATEST."
            )
        policy = self._policy
        check_revision(given.get("RevisionId"), policy.revision, "GetPolicy")
        if policy.find(given["StatementId"]):
            raise Conflict(
                f"The statement id ({given['StatementId']}) provided already exists. Please "
                "provide a new statement id, or remove the existing statement."
            )
        statement = statement_of(given, self._qualified_arn(named))
        policy.add(statement)
        return 201, {"status": 201}, json.dumps({"Statement": json.dumps(statement)})

    def remove_permission(self) -> Answer:
        named = self._name
        if not self._exists(FunctionName(named.name)):
            raise NotFound(f"No policy found for: {self._arn(named)}")
        policy = self._policy
        if not policy.statements:
            raise NotFound("No policy is associated with the given resource.")
        statement = policy.find(self._last_in_path)
        if statement is None:
            raise NotFound(f"Statement {self._last_in_path} is not found in resource policy.")
        check_revision(self.querystring.get("RevisionId", [None])[0], policy.revision, "GetPolicy")
        policy.remove(statement)
        return 204, {"status": 204}, "{}"

    def get_policy(self) -> str:
        if not self._exists(self._name) or not self._policy.statements:
            raise NotFound("The resource you requested does not exist.")
        policy = self._policy
        return json.dumps({"Policy": json.dumps(policy.document()), "RevisionId": policy.revision})

    @property
    def _policy(self) -> ResourcePolicy:
        try:
            return self._functions.policy_of(self._name)
        except JsonRESTError:
            raise missing(self._arn(self._name), self._name) from None
