from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent,
)

done = []


@idempotent(
    persistence_store=DynamoDBPersistenceLayer(table_name="done-orders"),
    config=IdempotencyConfig(event_key_jmespath="order", expires_after_seconds=60),
)
def handler(event, context):
    done.append(event["order"])
    return {"order": event["order"], "done": len(done)}
