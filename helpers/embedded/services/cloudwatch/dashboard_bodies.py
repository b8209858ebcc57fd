"""What PutDashboard says of a dashboard's body.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html

Checked here: the body's form, the widgets' kinds, places and properties, and how metrics are
written. CloudWatch also looks at each property; what it would say of those is not known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.cloudwatch.exceptions import DashboardInvalidInputError, InvalidParameterValue

from helpers.embedded import json_documents

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_KINDS = ("metric", "text", "log", "alarm", "explorer", "custom")
_PLACES = {"x": (0, 23), "y": (0, None), "width": (1, 24), "height": (1, 1000)}


class Fault(NamedTuple):
    """One of DashboardValidationMessages."""

    path: str
    message: str


def check_dashboard(name: str, body: str) -> None:
    """Raise what PutDashboard would answer to this name or body."""
    if not _NAME.fullmatch(name):
        raise InvalidParameterValue(
            f"The value {name} for field DashboardName contains invalid characters. It can only "
            "contain alphanumerics, dash (-) and underscore (_).\n"
        )
    try:
        document = json_documents.parse(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise DashboardInvalidInputError("The field DashboardBody must be a valid JSON object")
    faults = list(_check_body(document))
    if faults:
        listed = [{"dataPath": fault.path, "message": fault.message} for fault in faults]
        errors = "error" if len(faults) == 1 else "errors"
        raise DashboardInvalidInputError(
            f"The dashboard body is invalid, there are {len(faults)} validation {errors}:\n"
            + json.dumps(listed, indent=2)
        )


def _check_body(body: dict[str, Any]) -> Iterator[Fault]:
    widgets = body.get("widgets")
    if widgets is None:
        yield Fault("", "Should have required property 'widgets'")
    elif not isinstance(widgets, list):
        yield Fault("/widgets", "Should be array")
    else:
        for number, widget in enumerate(widgets):
            yield from _check_widget(widget, f"/widgets/{number}")


def _check_widget(widget: Any, path: str) -> Iterator[Fault]:
    if not isinstance(widget, dict):
        yield Fault(path, "Should be object")
        return
    for name in ("type", "properties"):
        if name not in widget:
            yield Fault(path, f"Should have required property '{name}'")
    kind = widget.get("type", "text")
    if kind not in _KINDS:
        yield Fault(f"{path}/type", "Should be equal to one of the allowed values")
    for name, (low, high) in _PLACES.items():
        place = widget.get(name, low)
        if not isinstance(place, int) or isinstance(place, bool):
            yield Fault(f"{path}/{name}", "Should be integer")
        elif place < low:
            yield Fault(f"{path}/{name}", f"Should be >= {low}")
        elif high is not None and place > high:
            yield Fault(f"{path}/{name}", f"Should be <= {high}")
    properties = widget.get("properties", {})
    if not isinstance(properties, dict):
        yield Fault(f"{path}/properties", "Should be object")
    elif kind == "metric":
        yield from _check_metrics(properties.get("metrics", []), f"{path}/properties/metrics")


def _check_metrics(metrics: Any, path: str) -> Iterator[Fault]:
    """Each metric is an array of texts, of which the last may be an object with options."""
    if not isinstance(metrics, list):
        yield Fault(path, "Should be array")
        return
    for number, metric in enumerate(metrics):
        if not isinstance(metric, list):
            yield Fault(f"{path}/{number}", "Should be array")
            continue
        texts = metric[:-1] if metric and isinstance(metric[-1], dict) else metric
        for place, field in enumerate(texts):
            if not isinstance(field, str):
                yield Fault(
                    f"{path}/{number}/{place}",
                    'Invalid metric field type, only "String" type is allowed',
                )
