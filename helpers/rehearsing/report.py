"""What a rehearsal has found, for a person, for a browser and for CI: the same after each run."""

from __future__ import annotations

import html
import json
import shlex
from collections.abc import Iterator
from io import StringIO
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from helpers.rehearsing.storm import Storm

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from helpers.rehearsing.comparing import Finding
    from helpers.rehearsing.rehearsals import Example, Report, Result

WIDTH = 95
MOST = 3
"""Findings of a storm that are told one by one."""


def as_text(report: Report) -> str:
    """The table, each red storm with its smallest example, and the red ones by name."""
    lines = [f"{report.function}: {_count(report.messages)}", ""]
    for results in _by_storm(report):
        lines.append(f"{_colour(results):6} {_title(results)}")
    for results in _by_storm(report):
        if red := [result for result in results if result.is_red]:
            lines += ["", *_explain(report, red[0])]
        if others := [result.storm.label for result in red[1:]]:
            lines += _wrapped(f"Also red in the same way: {_join(others)}", "  ")
    if others := list(_asides(report)):
        lines += ["", "Not wrong, and worth a word:"]
        lines += [line for text in others for line in _wrapped(text, "- ")]
    if report.ignored:
        lines += [
            "",
            *_wrapped(f"Not compared, because it differs in every run: {_join(report.ignored)}."),
        ]
    return "\n".join([*lines, "", last_line(report)])


def last_line(report: Report) -> str:
    """The names of the red storms, or that there are none."""
    return f"Red: {', '.join(report.red)}" if report.red else "Green in every storm."


def as_json(report: Report) -> str:
    """Everything, for a program."""
    document = {
        "function": report.function,
        "messages": len(report.messages),
        "red": report.red,
        "storms": [_as_record(report, result) for result in report.results],
        "notes": list(report.notes),
        "not_compared": list(report.ignored),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_junit(report: Report) -> str:
    """JUnit XML: a test case for each storm, which CI systems show as they show tests."""
    suite = ElementTree.Element("testsuite", name=f"rehearsal of {report.function}")
    failed = skipped = 0
    for result in report.results:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"rehearsal.{report.function}", name=result.storm.label
        )
        if result.skipped:
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=result.skipped)
        elif result.is_red:
            failed += 1
            first = next(finding for finding in result.findings if finding.is_red)
            failure = ElementTree.SubElement(case, "failure", message=first.text, type=first.kind)
            failure.text = "\n".join(_explain(report, result))
    suite.attrib |= {
        "tests": str(len(report.results)),
        "failures": str(failed),
        "errors": "0",
        "skipped": str(skipped),
    }
    ElementTree.indent(suite)
    text = ElementTree.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def as_html(report: Report) -> str:
    """A page of its own, with a picture of each smallest example."""
    rows = "".join(
        f"<tr class={_colour(results)}><td>{_colour(results)}</td>"
        f"<td>{html.escape(_title(results))}</td></tr>"
        for results in _by_storm(report)
    )
    parts = []
    for result in report.results:
        if result.is_red:
            text = html.escape("\n".join(_explain(report, result)))
            parts.append(
                f"<h2>{html.escape(result.storm.label)}</h2><pre>{text}</pre>{_picture(result)}"
            )
    asides = "".join(f"<li>{html.escape(text)}</li>" for text in _asides(report))
    if asides:
        parts.append(f"<h2>Not wrong, and worth a word</h2><ul>{asides}</ul>")
    title = html.escape(f"Rehearsal of {report.function}")
    return _PAGE.format(
        title=title,
        count=html.escape(_count(report.messages)),
        rows=rows,
        parts="".join(parts),
        last=html.escape(last_line(report)),
    )


def plot_example(example: Example) -> Figure:
    """The lives of the messages of a smallest example.

    Raises:
        ValueError: it has too many messages for a picture.
    """
    from helpers.plots.lifelines import plot_lifelines

    if example.ending.lives is None:
        raise ValueError(f"{len(example.messages)} messages do not fit in a picture.")
    return plot_lifelines(example.ending.lives)


def describe_example(example: Example) -> str:
    """The picture's finding in words."""
    from helpers.plots.lifelines import describe_lifelines

    return "" if example.ending.lives is None else describe_lifelines(example.ending.lives)


# Its parts


def _by_storm(report: Report) -> Iterator[list[Result]]:
    for _, results in groupby(report.results, lambda result: result.storm.name):
        yield list(results)


def _colour(results: list[Result]) -> str:
    if any(result.is_red for result in results):
        return "red"
    return "-" if all(result.skipped for result in results) else "green"


def _title(results: list[Result]) -> str:
    """The storm, and which of its variants are red."""
    storm = results[0].storm
    red = [result.storm.variant for result in results if result.is_red and result.storm.variant]
    if all(result.skipped for result in results):
        return f"{storm.name:16} {results[0].skipped}"
    if red:
        return f"{storm.name:16} {storm.title}: {', '.join(red)}"
    return f"{storm.name:16} {storm.title}"


def _explain(report: Report, result: Result) -> list[str]:
    """What is wrong, the smallest example, what teaches it, and how to play it again."""
    example = result.example
    found = example.findings if example else result.findings
    storm = example.storm if example else result.storm
    lines = [f"{result.storm.label}: {storm.describe()}"]
    red = [finding for finding in found if finding.is_red]
    for finding in red[:MOST]:
        lines += _wrapped(f"{finding.kind}: {finding.text}", "  ")
    if len(red) > MOST:
        lines.append(f"  and {len(red) - MOST} more")
    if example is not None:
        lines.append(f"  Smallest example: {_name_messages(example.messages)}")
        for number in example.messages[:MOST]:
            lines.append(f"    {number + 1}: {_short(report.messages[number].body)}")
        if words := describe_example(example):
            lines += _wrapped(words, "  ")
        lines.append(f"  Again: {replay(report, storm, example.messages)}")
    lines.append(f"  Explained in notebooks/{storm.lesson}.ipynb")
    return lines


def replay(report: Report, storm: Storm, messages: tuple[int, ...]) -> str:
    """What plays an example again, exactly."""
    only = ",".join(str(number + 1) for number in messages)
    if report.command:
        return f"{report.command} --storm {shlex.quote(storm.label)} --only {only}"
    numbers = ", ".join(str(number) for number in messages)
    return f'rehearsals.rehearse(function, messages, ["{storm.label}"], only=[{numbers}])'


def _asides(report: Report) -> Iterator[str]:
    """Notes, and findings that are not red, each said once."""
    yield from report.notes
    said: dict[tuple[str, str], list[str]] = {}
    for result in report.results:
        for finding in result.findings:
            if not finding.is_red:
                said.setdefault((result.storm.label, finding.kind), []).append(finding.text)
    for (label, _), texts in said.items():
        yield f"{label}: {texts[0]}{f' (and {len(texts) - 1} more)' if len(texts) > 1 else ''}"


def _as_record(report: Report, result: Result) -> dict[str, Any]:
    example = result.example
    return {
        "storm": result.storm.label,
        "what": result.storm.describe(),
        "colour": _colour([result]),
        "findings": [_as_finding(finding) for finding in result.findings],
        "example": example
        and {
            "storm": example.storm.label,
            "messages": [number + 1 for number in example.messages],
            "findings": [_as_finding(finding) for finding in example.findings],
            "again": replay(report, example.storm, example.messages),
        },
        "course": f"notebooks/{result.storm.lesson}.ipynb",
    }


def _as_finding(finding: Finding) -> dict[str, Any]:
    message = None if finding.message is None else finding.message + 1
    return {
        "kind": finding.kind,
        "text": finding.text,
        "message": message,
        "red": finding.is_red,
    }


def _picture(result: Result) -> str:
    """As SVG, the same for the same rows."""
    if result.example is None or result.example.ending.lives is None:
        return ""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    with mpl.rc_context({"svg.hashsalt": "rehearsal", "svg.fonttype": "path"}):
        figure = plot_example(result.example)
        buffer = StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    words = html.escape(describe_example(result.example), quote=True)
    svg = buffer.getvalue()
    return f'<figure role="img" aria-label="{words}">{svg[svg.index("<svg") :]}</figure>'


def _wrapped(text: str, first: str = "") -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _count(messages: Any) -> str:
    return "1 message" if len(messages) == 1 else f"{len(messages)} messages"


def _name_messages(numbers: tuple[int, ...]) -> str:
    if len(numbers) > 8:
        return f"{len(numbers)} messages"
    named = _join([str(number + 1) for number in numbers])
    return f"message {named}" if len(numbers) == 1 else f"messages {named}"


def _join(words: Any) -> str:
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto }}
table {{ border-collapse: collapse }} td {{ padding: .2rem .8rem .2rem 0; vertical-align: top }}
tr.red td:first-child {{ color: #a33b00; font-weight: bold }}
tr.green td:first-child {{ color: #00694d }}
pre {{ background: #f5f5f5; padding: .8rem; overflow-x: auto; white-space: pre-wrap }}
figure {{ margin: 1rem 0 }} svg {{ max-width: 100%; height: auto }}
</style></head><body>
<h1>{title}</h1><p>{count}. {last}</p><table>{rows}</table>{parts}
</body></html>
"""
