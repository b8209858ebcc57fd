"""Where this package reaches inside moto's CloudWatch and Logs, and why: one list.

tests/embedded/test_moto_seams.py asks moto for each of them.
"""

from __future__ import annotations

from helpers.embedded.moto_seams.seams import Reach

REACHES = (
    Reach("moto.cloudwatch.models", "cloudwatch_backends.backend", "replaced by our subclass"),
    Reach("moto.cloudwatch.models", "CloudWatchBackend.put_metric_data", "replaced"),
    Reach("moto.cloudwatch.models", "CloudWatchBackend.tag_resource", "finds our alarms"),
    Reach("moto.cloudwatch.responses", "CloudWatchResponse.put_dashboard", "kept, with its tags"),
    Reach("moto.logs.models", "logs_backends.backend", "replaced by our subclass"),
    Reach("moto.logs.models", "LogEvent._event_id", "set back, so that ids repeat"),
    Reach("moto.logs.models", "LogStream.put_log_events", "keeps what functions have logged"),
    Reach("moto.logs.models", "LogsBackend.put_log_events", "its events become metrics"),
    Reach("moto.logs.metric_filters", "MetricFilters.delete_filter", "moto keeps filters twice"),
    Reach("moto.logs.models", "LogGroup.to_describe_dict", "kept, with what moto leaves out"),
    Reach("moto.logs.responses", "LogsResponse.describe_log_streams", "kept"),
)
