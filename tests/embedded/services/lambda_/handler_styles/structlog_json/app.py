import structlog

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks,
        structlog.processors.JSONRenderer(),
    ]
)
log = structlog.get_logger()


def handler(event, context):
    structlog.contextvars.bind_contextvars(request=context.aws_request_id)
    log.info("received", event_=event)
    try:
        open("/var/task/none")
    except OSError:
        log.exception("not there")
