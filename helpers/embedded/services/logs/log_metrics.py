"""Log events that become metrics: by metric filters, and by the embedded metric format (EMF).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from helpers.embedded.services.cloudwatch.custom_metrics import CustomMetrics
from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.services.cloudwatch.published.series import MINUTE, Metric
from helpers.embedded.services.logs.filter_conditions import MISSING, BadPattern
from helpers.embedded.services.logs.filter_patterns import compile_pattern, json_object, select

Event = tuple[int, str]
"""Unix milliseconds, and the message."""

MOST_VALUES = 100
"""Of one metric in one embedded event."""


class MetricFilter:
    """Counts or extracts a number from the events of a log group that match a pattern."""

    def __init__(self, pattern: str, transformation: Mapping[str, Any]) -> None:
        self._match = compile_pattern(pattern)
        self._namespace = transformation["metricNamespace"]
        self._name = transformation["metricName"]
        self._value: str = transformation["metricValue"]
        self._default: float | None = transformation.get("defaultValue")
        self._dimensions: Mapping[str, str] = transformation.get("dimensions") or {}
        self._unit: str | None = transformation.get("unit")
        if self._default is not None and self._dimensions:
            raise BadPattern("A metric filter with dimensions cannot have a default value.")
        if not self._value.startswith("$"):
            _plain_number(self._value)

    def note(self, custom: CustomMetrics, region: str, event: Event) -> None:
        moment, message = event
        extracted = self._match(message)
        if extracted is None:
            if self._default is not None:
                metric = Metric(self._namespace, self._name)
                custom.put_default(region, metric, moment // 1000, float(self._default), self._unit)
            return
        value = _number(self._read(extracted, self._value))
        named = [
            {"Name": name, "Value": str(text)}
            for name, selector in self._dimensions.items()
            if (text := self._read(extracted, selector)) is not MISSING
        ]
        if value is None or len(named) < len(self._dimensions):
            return
        metric = Metric.of(self._namespace, self._name, named)
        custom.put(region, metric, moment // 1000, Samples({value: 1}), self._unit)

    @staticmethod
    def _read(extracted: dict[str, Any], selector: str) -> Any:
        if not selector.startswith("$"):
            return selector
        if selector.startswith("$."):
            return select(extracted, selector)
        return extracted.get(selector, MISSING)


class LogMetrics:
    """Looks at every log event of an account as it is written."""

    def __init__(self, custom: CustomMetrics) -> None:
        self._custom = custom
        self._filters: dict[tuple[str, str], dict[str, MetricFilter]] = {}

    def put_filter(self, region: str, group: str, name: str, metric_filter: MetricFilter) -> None:
        """From now on; events that are there already are left out, as on AWS."""
        self._filters.setdefault((region, group), {})[name] = metric_filter

    def delete_filter(self, region: str, group: str, name: str) -> None:
        self._filters.get((region, group), {}).pop(name, None)

    def note(self, region: str, group: str, events: Iterable[Event]) -> None:
        filters = self._filters.get((region, group))
        for event in events:
            if event[1].startswith("{") and '"_aws"' in event[1]:
                self._embedded(region, event)
            if filters:
                for metric_filter in filters.values():
                    metric_filter.note(self._custom, region, event)

    def _embedded(self, region: str, event: Event) -> None:
        """Publish the metrics of an event in embedded format; what is not valid is ignored."""
        document = json_object(event[1]) or {}
        described = document.get("_aws")
        if not isinstance(described, dict):
            return
        moment = _number(described.get("Timestamp"))
        second = int(event[0] if moment is None else moment) // 1000
        for directive in _dicts(described.get("CloudWatchMetrics")):
            for names in directive.get("Dimensions") or [[]]:
                if isinstance(names, list) and all(name in document for name in names):
                    self._directive(region, document, directive, names, second)

    def _directive(
        self,
        region: str,
        document: dict[str, Any],
        directive: dict[str, Any],
        names: list[str],
        second: int,
    ) -> None:
        dimensions = [{"Name": name, "Value": document[name]} for name in names]
        for definition in _dicts(directive.get("Metrics")):
            name, namespace = definition.get("Name"), directive.get("Namespace")
            values = _numbers(document.get(str(name)))
            if not values or not namespace:
                continue
            samples = Samples()
            for value in values[:MOST_VALUES]:
                samples.add(value)
            metric = Metric.of(str(namespace), str(name), dimensions)
            resolution = 1 if definition.get("StorageResolution") == 1 else MINUTE
            self._custom.put(region, metric, second, samples, definition.get("Unit"), resolution)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _numbers(value: Any) -> list[float]:
    """A text is none, even if it looks like one."""
    values = value if isinstance(value, list) else [value]
    numbers = [None if isinstance(each, str) else _number(each) for each in values]
    return [each for each in numbers if each is not None]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _plain_number(text: str) -> float:
    number = _number(text)
    if number is None:
        raise BadPattern(f"metricValue must be a number or a selector such as $.size, not {text!r}")
    return number
