"""Lambda's API as this account answers it: moto's, with event source mappings of our own."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.core.request import Request

from helpers.embedded.services.lambda_.api import FunctionsApi
from helpers.embedded.services.lambda_.event_source import validation
from helpers.embedded.services.lambda_.event_source.event_source_mappings import Mappings
from helpers.embedded.services.lambda_.event_source.mapping import Mapping
from helpers.embedded.services.lambda_.function_requests import Answer
from helpers.embedded.services.lambda_.response_forms import as_on_aws

CLOUDFORMATION = "cloudformation.amazonaws.com"


class LambdaApi(FunctionsApi):
    """One request to Lambda.

    Args:
        mappings: those of the account.
    """

    def __init__(self, mappings: Mappings) -> None:
        super().__init__()
        self._mappings = mappings

    def answer(self, request: Request, url: str, headers: Any) -> Answer:
        status, answered, body = self._dispatch(request, url, headers)
        return status, answered, as_on_aws(status, answered, str(body))

    def create_event_source_mapping(self) -> Answer:
        return _accepted(self._mappings.create(self.json_body))

    def get_event_source_mapping(self) -> Answer:
        return 200, {}, json.dumps(self._mappings.get(self._uuid).describe())

    def list_event_source_mappings(self) -> str:
        query = self.querystring
        found = self._mappings.find(
            query.get("EventSourceArn", [None])[0], query.get("FunctionName", [None])[0]
        )
        return json.dumps({"EventSourceMappings": [each.describe() for each in found]})

    def update_event_source_mapping(self) -> Answer:
        return _accepted(
            self._mappings.update(self._uuid, self.json_body, is_waited_for=self._is_waited_for)
        )

    def delete_event_source_mapping(self) -> Answer:
        return _accepted(self._mappings.delete(self._uuid, is_waited_for=self._is_waited_for))

    def list_tags(self) -> Any:
        if mapping := self._tagged_mapping:
            return json.dumps({"Tags": mapping.tags})
        return super().list_tags()

    def tag_resource(self) -> Any:
        if mapping := self._tagged_mapping:
            mapping.tags.update(self.json_body["Tags"])
        else:
            super().tag_resource()
        return 204, {"status": 204}, "{}"

    def untag_resource(self) -> Any:
        if mapping := self._tagged_mapping:
            for name in self.querystring["tagKeys"]:
                mapping.tags.pop(name, None)
            return 204, {"status": 204}, "{}"
        return super().untag_resource()

    @property
    def _tagged_mapping(self) -> Mapping | None:
        """The mapping that a request about tags names by its ARN, if it names one."""
        arn = unquote(self.path.rpartition("/")[2])
        validation.check_tagged(arn)
        return self._mappings.find_tagged(arn)

    @property
    def _is_waited_for(self) -> bool:
        """Whether CloudFormation asks, which waits where others are refused."""
        return CLOUDFORMATION in self.headers.get("User-Agent", "")

    @property
    def _uuid(self) -> str:
        return str(self.path.rstrip("/").rpartition("/")[2])


def _accepted(mapping: Mapping) -> Answer:
    return 202, {"status": 202}, json.dumps(mapping.describe())
