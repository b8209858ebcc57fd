"""What PutMetricData refuses, in the words of the service.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue
from moto.core.utils import get_service_model

_MOST_DATA = 1000
_MOST_VALUES = 150
_MOST_DIMENSIONS = 30
_OLDEST = timedelta(days=14)
_NEWEST = timedelta(hours=2)
_LARGEST = 2.0**360

Datum = Mapping[str, Any]
"""A MetricDatum of the API; its Timestamp is aware."""


def check_namespace(namespace: str) -> None:
    """Raise what PutMetricData would answer to a namespace that only AWS itself may write to."""
    if namespace.startswith("AWS/"):
        raise InvalidParameterValue("The value AWS/ for parameter Namespace is invalid.")


def check_data(data: Sequence[Datum], now: datetime) -> None:
    """Raise what PutMetricData would answer to these data. Then nothing is put."""
    _check_size(data, "MetricData", _MOST_DATA)
    for number, datum in enumerate(data, start=1):
        _check_datum(datum, f"MetricData.member.{number}", now)


def _check_datum(datum: Datum, member: str, now: datetime) -> None:
    dimensions = datum.get("Dimensions") or ()
    _check_size(dimensions, f"{member}.Dimensions", _MOST_DIMENSIONS)
    names = [each["Name"] for each in dimensions]
    if len(set(names)) < len(names):
        raise InvalidParameterValue(
            f"The parameter {member}.Dimensions must not contain a dimension twice."
        )
    units = get_service_model("cloudwatch").shape_for("StandardUnit").enum
    if datum.get("Unit") not in (None, *units):
        raise InvalidParameterValue(
            f"The parameter {member}.Unit must be a value in the set [ {', '.join(units)} ]."
        )
    if datum.get("StorageResolution") not in (None, 1, 60):
        raise InvalidParameterValue(
            f"The parameter {member}.StorageResolution must be a value in the set [ 1, 60 ]."
        )
    moment = datum.get("Timestamp")
    if moment is not None and moment < now - _OLDEST:
        raise InvalidParameterValue(
            f"The parameter {member}.Timestamp must specify a time within the past two weeks."
        )
    if moment is not None and moment > now + _NEWEST:
        raise InvalidParameterValue(
            f"The parameter {member}.Timestamp must specify a time no more than two hours in the "
            "future."
        )
    _check_values(datum, member)


def _check_values(datum: Datum, member: str) -> None:
    if datum.get("Value") is None and not datum.get("Values") and not datum.get("StatisticValues"):
        raise InvalidParameterCombination("At least one of the parameters must be specified.")
    if datum.get("Value") is not None:
        for other, refusal in (
            ("Values", InvalidParameterValue),
            ("StatisticValues", InvalidParameterCombination),
        ):
            if datum.get(other):
                raise refusal(
                    f"The parameters {member}.Value and {member}.{other} are mutually exclusive "
                    "and you have specified both."
                )
        _check_number(datum["Value"], f"{member}.Value")
    values, counts = datum.get("Values") or (), datum.get("Counts") or ()
    _check_size(values, f"{member}.Values", _MOST_VALUES)
    if counts and len(counts) != len(values):
        raise InvalidParameterValue(
            f"The parameters {member}.Values and {member}.Counts must be of the same size."
        )
    for value in values:
        _check_number(value, f"{member}.Values")
    for count in counts:
        _check_number(count, f"{member}.Counts")
    if statistics := datum.get("StatisticValues"):
        for name, number in statistics.items():
            _check_number(number, f"{member}.StatisticValues.{name}")
        if statistics["Maximum"] < statistics["Minimum"]:
            raise InvalidParameterValue(
                f"The parameter {member}.StatisticValues.Maximum must be greater than "
                f"{member}.StatisticValues.Minimum."
            )


def _check_size(collection: Sequence[Any], name: str, most: int) -> None:
    if len(collection) > most:
        raise InvalidParameterValue(
            f"The collection {name} must not have a size greater than {most}."
        )


def _check_number(number: float, name: str) -> None:
    """Finite, and not beyond what CloudWatch can keep."""
    if math.isfinite(number) and abs(number) <= _LARGEST:
        return
    shown = "NaN" if math.isnan(number) else number
    raise InvalidParameterValue(f"The value {shown} for parameter {name} is invalid.")
