"""Filter patterns: which messages match.

Most cases are those of AWS's page:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.embedded.services.logs.filter_conditions import BadPattern
from helpers.embedded.services.logs.filter_patterns import compile_pattern

TERMS = [
    ("", "anything", True),
    ("ERROR", "[ERROR 400] BAD REQUEST", True),
    ("ERROR", "[error 400] bad request", False),
    ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", True),
    ("ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", False),
    ("?ERROR ?ARGUMENTS", "[WARN] INVALID ARGUMENTS", True),
    ("?ERROR ?ARGUMENTS", "[INFO] 200", False),
    ("ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", True),
    ("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", False),
    ('-"BAD REQUEST"', "[ERROR 400] BAD REQUEST", False),
    ('"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", True),
    ('"INTERNAL SERVER ERROR"', "[ERROR 500] SERVER INTERNAL ERROR", False),
    ('"say \\"no\\""', 'they say "no" today', True),
    ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", True),
    ("%[Ee]rror [45]..%", "Error 503", True),
]

EVENT = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "count": 5,
        "big": 1.5e3,
        "ok": True,
        "error": None,
        "user": {"id": "u-1"},
    }
)
JSON = [
    ('{ $.eventType = "UpdateTrail" }', True),
    ("{ $.eventType = UpdateTrail }", True),
    ('{ $.eventType = "Update*" }', True),
    ('{ $.eventType != "UpdateTrail" }', False),
    ("{ $.sourceIPAddress = 111.111.* }", True),
    ('{ $.objectList[1].name = "b" }', True),
    ('{ $.objectList[9].name = "b" }', False),
    ("{ $.count = 5 }", True),
    ('{ $.count = "5" }', False),
    ("{ $.big = 1500 }", True),
    ("{ $.count > 4 && $.count <= 5 }", True),
    ("{ $.count < 5 || $.count >= 6 }", False),
    ("{ ($.count = 9 || $.ok IS TRUE) && $.eventType = Update* }", True),
    ("{ $.ok IS FALSE }", False),
    ("{ $.error IS NULL }", True),
    ("{ $.count IS NULL }", False),
    ("{ $.nothing NOT EXISTS }", True),
    ("{ $.count NOT EXISTS }", False),
    ("{ $.user.id = %u-[0-9]% }", True),
    ("{ $.nothing != 1 }", False),
]

REQUEST = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
SPACES = [
    ("[ip, server, user, time, request, status, bytes]", True),
    ("[ip, server, user, time, request, status]", False),
    ("[ip, ..., bytes]", True),
    ("[ip=%127\\.0\\.0\\.[1-9]%, ...]", True),
    ("[..., status = 4*, bytes > 1000]", True),
    ("[..., status = 404, bytes]", True),
    ("[..., status = 500 || status = 404, bytes]", True),
    ("[..., (status = 500) || (status = 503), bytes]", False),
    ("[ip, server, user = frank && user != joe, ...]", True),
    ('[..., request = "GET */index.html*", status, bytes]', True),
]


@pytest.mark.parametrize(("pattern", "message", "matches"), TERMS)
def test_terms(pattern: str, message: str, matches: bool) -> None:
    assert (compile_pattern(pattern)(message) is not None) is matches


@pytest.mark.parametrize(("pattern", "matches"), JSON)
def test_json(pattern: str, matches: bool) -> None:
    assert (compile_pattern(pattern)(EVENT) is not None) is matches


@pytest.mark.parametrize(("pattern", "matches"), SPACES)
def test_space_delimited(pattern: str, matches: bool) -> None:
    assert (compile_pattern(pattern)(REQUEST) is not None) is matches


def test_a_json_pattern_never_matches_other_text() -> None:
    assert compile_pattern("{ $.nothing NOT EXISTS }")("START RequestId") is None


def test_fields_of_a_match_have_names() -> None:
    fields: Any = compile_pattern("[..., status = 4*, bytes]")(REQUEST)
    assert fields == {"$status": "404", "$bytes": "1534"}


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("foo:bar", r"Invalid character\(s\) in term 'foo:bar'"),
        ("{ $.a = 1", "brace is not closed"),
        ("{ a = 1 }", "is not a property selector"),
        ("{ $.a ~ 1 }", "is not an operator"),
        ("{ $.a > b }", "'b' is not a number"),
        ("{ ($.a = 1 }", "parenthesis is not closed"),
        ("{ $.a = }", "ends too soon"),
        ("[a, b", "bracket is not closed"),
        ("[..., a, ...]", "more than one ellipsis"),
        ("%(a)%", "parentheses are not supported"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str, complaint: str) -> None:
    with pytest.raises(BadPattern, match=complaint):
        compile_pattern(pattern)("a b")
