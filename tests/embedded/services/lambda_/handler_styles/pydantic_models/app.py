from pydantic import BaseModel, ValidationError


class Order(BaseModel):
    number: int
    articles: list[str] = []


def handler(event, context):
    failures, orders = [], []
    for record in event["Records"]:
        try:
            orders.append(Order.model_validate_json(record["body"]).model_dump())
        except ValidationError as error:
            print(error.error_count(), error.errors()[0]["loc"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures, "orders": orders}
