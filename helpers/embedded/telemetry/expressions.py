"""Metric math: the part of it that the course needs, and a refusal of the rest.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

Known: + - * / ^, comparisons, AND, OR, NOT, arrays, and the functions of `math_functions`. A point
of a result exists where all the series that it is made from have one.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.embedded.telemetry.math_functions import FUNCTIONS, Timeline


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
}


def evaluate(expression: str, variables: Mapping[str, Timeline]) -> Timeline:
    """The series that `expression` makes of the queries with these ids.

    Raises:
        ExpressionError: it is not understood, or no series comes of it.
    """
    python = expression.replace("^", "**")
    for theirs, ours in ((r"&&|\bAND\b", " and "), (r"\|\||\bOR\b", " or "), (r"\bNOT\b", " not ")):
        python = re.sub(theirs, ours, python)
    try:
        tree = ast.parse(python.strip(), mode="eval")
    except SyntaxError as error:
        raise ExpressionError(f"syntax error at {error.text or expression!r}") from None
    value = _Evaluation(variables).value(tree.body)
    if not isinstance(value, Timeline):
        raise ExpressionError("the result must be one time series")
    return value


class _Evaluation:
    def __init__(self, variables: Mapping[str, Timeline]) -> None:
        self._variables = variables

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(int() | float() as number) if not isinstance(number, bool):
                return float(number)
            case ast.Constant(str() as text):
                return text
            case ast.Name(name):
                return self._variable(name)
            case ast.List(elements):
                return [self._series(each) for each in elements]
            case ast.BinOp(left, operation, right) if type(operation) in _OPERATORS:
                return _combine(_OPERATORS[type(operation)], self.value(left), self.value(right))
            case ast.UnaryOp(ast.USub(), operand):
                return _combine(operator.mul, self.value(operand), -1.0)
            case ast.UnaryOp(ast.Not(), operand):
                return _combine(operator.eq, self.value(operand), 0.0)
            case ast.Compare(left, [operation], [right]) if type(operation) in _OPERATORS:
                return _combine(_OPERATORS[type(operation)], self.value(left), self.value(right))
            case ast.BoolOp(operation, operands):
                both = isinstance(operation, ast.And)
                values = [self.value(each) for each in operands]
                result = values[0]
                for each in values[1:]:
                    result = _combine(
                        lambda a, b: bool(a) and bool(b) if both else bool(a) or bool(b),
                        result,
                        each,
                    )
                return result
            case ast.Call(ast.Name(name), arguments, []):
                return self._call(name, arguments)
        raise ExpressionError(f"{ast.unparse(node)} is not supported")

    def _variable(self, name: str) -> Any:
        if name in self._variables:
            return self._variables[name]
        if name in ("REPEAT", "LINEAR"):
            return name
        raise ExpressionError(f"the id {name} is not defined")

    def _series(self, node: ast.expr) -> Timeline:
        value = self.value(node)
        if not isinstance(value, Timeline):
            raise ExpressionError("an array holds time series")
        return value

    def _call(self, name: str, arguments: Sequence[ast.expr]) -> Any:
        if name == "METRICS":
            words = [self.value(each) for each in arguments]
            return [
                series
                for key, series in self._variables.items()
                if all(str(word) in key for word in words)
            ]
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(f"unsupported function {name}")
        try:
            return function(*(self.value(each) for each in arguments))
        except TypeError:
            raise ExpressionError(f"{name} does not take these arguments") from None


def _combine(operation: Callable[[float, float], Any], left: Any, right: Any) -> Any:
    """Apply an operation to numbers, to series point by point, and to each series of an array."""
    if isinstance(left, list):
        return [_combine(operation, each, right) for each in left]
    if isinstance(right, list):
        return [_combine(operation, left, each) for each in right]
    if not isinstance(left, Timeline) and not isinstance(right, Timeline):
        return _number(operation, left, right)
    model = left if isinstance(left, Timeline) else right
    points = {}
    for second in model.points:
        a = left.points.get(second) if isinstance(left, Timeline) else left
        b = right.points.get(second) if isinstance(right, Timeline) else right
        if a is not None and b is not None:
            number = _number(operation, a, b)
            if number is not None:
                points[second] = number
    return model._replace(points=points)


def _number(operation: Callable[[float, float], Any], left: float, right: float) -> float | None:
    """None: not a number, as after a division by zero; CloudWatch shows no point there."""
    try:
        number = float(operation(left, right))
    except (ZeroDivisionError, OverflowError, TypeError):
        return None
    return number if math.isfinite(number) else None
