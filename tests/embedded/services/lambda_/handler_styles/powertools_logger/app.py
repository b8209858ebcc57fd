from aws_lambda_powertools import Logger

logger = Logger(service="orders")


@logger.inject_lambda_context(log_event=True, correlation_id_path="order")
def handler(event, context):
    logger.append_keys(customer="c-1")
    try:
        1 / event["amount"]
    except ZeroDivisionError:
        logger.exception("no amount")
    return logger.get_correlation_id()
