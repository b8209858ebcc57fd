"""Lambda's API as this account answers it: moto's, with event source mappings of our own."""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.responses import LambdaResponse

from helpers.embedded.event_source.mappings import Mapping, Mappings
from helpers.embedded.moto_services import Handler

Answer = tuple[int, dict[str, Any], str]


def lambda_handler_for(mappings: Mappings) -> Handler:
    """The dispatch of a response class that answers for these mappings."""

    class LambdaApi(LambdaResponse):
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

        @property
        def _uuid(self) -> str:
            return str(self.path.rstrip("/").rpartition("/")[2])

    return LambdaApi.dispatch


def _accepted(mapping: Mapping) -> Answer:
    return 202, {"status": 202}, json.dumps(mapping.describe())
