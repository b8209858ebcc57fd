"""What access asks of DynamoDB.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from moto.dynamodb.models import dynamodb_backends

from helpers.embedded.door.access.authorization import Arn, Authorization, Want
from helpers.embedded.moto_seams.backends import backend_at
from helpers.embedded.service import Call

_ITEM_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}


class DynamoDbAuthorization(Authorization):
    """Tables and their indexes, as policies name them."""

    prefix = "dynamodb"
    tag_actions: ClassVar[Mapping[str, str]] = {"CreateTable": "dynamodb:TagResource"}

    def particular(self, call: Call) -> Iterator[Want]:
        if call.operation not in ("TransactGetItems", "TransactWriteItems"):
            yield from super().particular(call)
            return
        for item in call.parameters.get("TransactItems") or ():
            for kind, body in item.items():
                action = f"dynamodb:{_ITEM_ACTIONS.get(kind, kind)}"
                yield Want(action, _table_arn(call, str(body.get("TableName", ""))), {})

    def resources(self, call: Call) -> list[str]:
        if arn := call.first("ResourceArn"):
            return [arn]
        tables = list(call.parameters.get("RequestItems") or ())
        if single := call.first("TableName"):
            tables.append(single)
        if call.operation == "ListTables":
            tables = ["*"]
        arns = [name if name.startswith("arn:") else _table_arn(call, name) for name in tables]
        index = call.first("IndexName")
        return [f"{arn}/index/{index}" if index else arn for arn in arns]

    def tags(self, arn: Arn) -> Mapping[str, str]:
        backend = backend_at(dynamodb_backends, arn.account, arn.region)
        if backend is None or not arn.name.startswith("table/"):
            return {}
        table = backend.tables.get(arn.name.split("/")[1])
        return {tag["Key"]: tag["Value"] for tag in table.tags} if table else {}


def _table_arn(call: Call, name: str) -> str:
    return call.arn("dynamodb", f"table/{name}")
