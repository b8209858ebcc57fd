"""Metric math: its operators and most of its functions, and a refusal of the rest.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

Known: + - * / ^, comparisons, AND, OR, arrays, METRICS(), TIME_SERIES() and the functions of
`math_functions`. Between two series a missing point is 0; what is divided by 0 is left out.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from helpers.embedded.services.cloudwatch.math_functions import FUNCTIONS, WORDS, Timeline


class ExpressionError(ValueError):
    """An expression that CloudWatch would refuse, or that this account does not know."""


_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.And: lambda one, other: bool(one) and bool(other),
    ast.Or: lambda one, other: bool(one) or bool(other),
}


def evaluate(
    expression: str, variables: Mapping[str, Timeline | list[Timeline]], metrics: Sequence[str]
) -> Timeline | list[Timeline]:
    """The series that `expression` makes of the queries with these ids; several are an array.

    Args:
        variables: the series of other queries, by their ids.
        metrics: which of them are metrics, and no expressions themselves.

    Raises:
        ExpressionError: it is not understood, or no series comes of it.
    """
    if re.match(r"\s*SELECT\b", expression, re.IGNORECASE):
        raise ExpressionError("the embedded account has no Metrics Insights queries (SELECT ...)")
    python = expression.replace("^", "**")
    for theirs, ours in ((r"&&|\bAND\b", " and "), (r"\|\||\bOR\b", " or ")):
        python = re.sub(theirs, ours, python)
    try:
        tree = ast.parse(python.strip(), mode="eval")
    except SyntaxError as error:
        raise ExpressionError(f"syntax error at {error.text or expression!r}") from None
    value = _Evaluation(variables, metrics).value(tree.body)
    if not isinstance(value, Timeline | list):
        raise ExpressionError("the result must be a time series, not a single number")
    return value


class _Evaluation:
    def __init__(
        self, variables: Mapping[str, Timeline | list[Timeline]], metrics: Sequence[str]
    ) -> None:
        self._variables = variables
        self._metrics = metrics

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(int() | float() as number) if not isinstance(number, bool):
                return float(number)
            case ast.Constant(str() as text):
                return text
            case ast.Name(name):
                return self._variable(name)
            case ast.List(elements):
                return [series for each in elements for series in self._series(each)]
            case ast.BinOp(left, operation, right) if type(operation) in _OPERATORS:
                return _combine(_OPERATORS[type(operation)], self.value(left), self.value(right))
            case ast.UnaryOp(ast.USub(), operand):
                return _combine(operator.mul, self.value(operand), -1.0)
            case ast.Compare(left, [operation], [right]) if type(operation) in _OPERATORS:
                return _combine(_OPERATORS[type(operation)], self.value(left), self.value(right))
            case ast.BoolOp(operation, operands):
                combine = _OPERATORS[type(operation)]
                values = [self.value(each) for each in operands]
                return reduce(lambda one, other: _combine(combine, one, other), values)
            case ast.Call(ast.Name(name), arguments, []):
                return self._call(name, arguments)
        raise ExpressionError(f"{ast.unparse(node)} is not supported")

    def _variable(self, name: str) -> Any:
        if name in self._variables:
            return self._variables[name]
        if name in WORDS:
            return name
        raise ExpressionError(f"the id {name} is not defined")

    def _series(self, node: ast.expr) -> list[Timeline]:
        value = self.value(node)
        if not isinstance(value, Timeline | list):
            raise ExpressionError("an array holds time series")
        return value if isinstance(value, list) else [value]

    def _call(self, name: str, arguments: Sequence[ast.expr]) -> Any:
        values = [self.value(each) for each in arguments]
        try:
            if name == "METRICS":
                return self._all_metrics(*values)
            if name == "TIME_SERIES":
                return self._constant(*values)
            function = FUNCTIONS.get(name)
            if function is None:
                raise ExpressionError(f"the embedded account does not know the function {name}")
            return function(*values)
        except (TypeError, AttributeError, IndexError, KeyError):
            raise ExpressionError(f"{name} does not take these arguments") from None

    def _all_metrics(self, word: str = "") -> list[Timeline]:
        """Those whose ids contain the word; expressions are none."""
        found = (self._variables[name] for name in self._metrics if word in name)
        return [series for each in found for series in (each if isinstance(each, list) else [each])]

    def _constant(self, number: float) -> Timeline:
        model = next(iter(self._all_metrics()), Timeline({}, 60))
        grid = range(model.start, model.end, model.period)
        return model._replace(points=dict.fromkeys(grid, float(number)), label="")


def _combine(operation: Callable[[float, float], Any], left: Any, right: Any) -> Any:
    """Apply an operation to numbers, to series point by point, and to each series of an array."""
    if isinstance(left, list):
        return [_combine(operation, each, right) for each in left]
    if isinstance(right, list):
        return [_combine(operation, left, each) for each in right]
    if isinstance(left, str) or isinstance(right, str):
        raise ExpressionError("a text is neither a number nor a time series")
    if not isinstance(left, Timeline) and not isinstance(right, Timeline):
        return _number(operation, left, right)
    points = {}
    both = [each for each in (left, right) if isinstance(each, Timeline)]
    for second in sorted({second for series in both for second in series.points}):
        a, b = (
            each.points.get(second, 0.0) if isinstance(each, Timeline) else each
            for each in (left, right)
        )
        if (number := _number(operation, a, b)) is not None:
            points[second] = number
    return both[0]._replace(points=points)


def _number(operation: Callable[[float, float], Any], left: float, right: float) -> float | None:
    """None: not a number, as after a division by zero; CloudWatch shows no point there."""
    try:
        number = float(operation(left, right))
    except (ZeroDivisionError, OverflowError, TypeError):
        return None
    return number if math.isfinite(number) else None
