"""Lambda's API as this account answers it: moto's, with event source mappings of our own."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from helpers.embedded.moto_seams.services import Handler
from helpers.embedded.services.lambda_.api import FunctionsApi
from helpers.embedded.services.lambda_.event_source import validation
from helpers.embedded.services.lambda_.event_source.mappings import Mapping, Mappings
from helpers.embedded.services.lambda_.refusals import as_on_aws
from helpers.embedded.services.lambda_.requests import Answer


def lambda_handler_for(mappings: Mappings) -> Handler:
    """The dispatch of a response class that answers for these mappings."""

    class LambdaApi(FunctionsApi):
        def create_event_source_mapping(self) -> Answer:
            return _accepted(mappings.create(self.json_body))

        def get_event_source_mapping(self) -> Answer:
            return 200, {}, json.dumps(mappings.get(self._uuid).describe())

        def list_event_source_mappings(self) -> str:
            query = self.querystring
            found = mappings.find(
                query.get("EventSourceArn", [None])[0], query.get("FunctionName", [None])[0]
            )
            return json.dumps({"EventSourceMappings": [each.describe() for each in found]})

        def update_event_source_mapping(self) -> Answer:
            return _accepted(mappings.update(self._uuid, self.json_body))

        def delete_event_source_mapping(self) -> Answer:
            return _accepted(mappings.delete(self._uuid))

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
            return mappings.find_tagged(arn)

        @property
        def _uuid(self) -> str:
            return str(self.path.rstrip("/").rpartition("/")[2])

    def answer(request: Any, url: str, headers: Any) -> Answer:
        status, answered, body = LambdaApi.dispatch(request, url, headers)
        return status, answered, as_on_aws(status, answered, body)

    return answer


def _accepted(mapping: Mapping) -> Answer:
    return 202, {"status": 202}, json.dumps(mapping.describe())
