"""What all requests about functions have in common: each names its function, in many ways."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, unquote

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.responses import LambdaResponse
from moto.core.exceptions import JsonRESTError

from helpers.embedded.services.lambda_.backend import FunctionBackend
from helpers.embedded.services.lambda_.function_names import FunctionName, read_name

Answer = tuple[int, dict[str, Any], str]

_PATH = re.compile(r"(?<=/functions/)[^/?]+")


class FunctionRequest(LambdaResponse):
    """One request about functions."""

    _named: FunctionName | None

    def call_action(self) -> Any:
        """A name that nobody can have is refused by every operation."""
        try:
            self._named = self._read_name()
        except LambdaClientError as refusal:
            headers = {"status": refusal.code, "X-Amzn-ErrorType": refusal.error_type}
            return refusal.code, headers, json.dumps({"message": refusal.message})
        return super().call_action()

    def _read_name(self) -> FunctionName | None:
        """The function that the request's path names; from here on it is named plainly.

        moto's operations know the name and the query's qualifier, and few know ARNs.
        """
        if (found := _PATH.search(self.path)) is None:
            return None
        qualifier = self.querystring.get("Qualifier", [None])[0]
        named = read_name(self._get_action(), unquote(found[0]), qualifier, self.region)
        self.path = _PATH.sub(quote(named.name, safe=""), self.path, count=1)
        if named.qualifier is not None:
            self.querystring["Qualifier"] = [named.qualifier]
        return named

    @property
    def _name(self) -> FunctionName:
        assert self._named is not None
        return self._named

    @property
    def _last_in_path(self) -> str:
        """An alias or a statement, which stands behind the function."""
        return unquote(self.path.rpartition("/")[2])

    @property
    def _functions(self) -> FunctionBackend:
        backend = self.backend
        assert isinstance(backend, FunctionBackend)
        return backend

    def _arn(self, named: FunctionName) -> str:
        return f"arn:aws:lambda:{self.region}:{self.current_account}:function:{named.name}"

    def _qualified_arn(self, named: FunctionName) -> str:
        arn = self._arn(named)
        return f"{arn}:{named.qualifier}" if named.qualifier else arn

    def _exists(self, named: FunctionName) -> bool:
        try:
            self._functions.get_function(named.name, named.qualifier)
        except JsonRESTError:
            return False
        return True
