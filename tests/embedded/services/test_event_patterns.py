"""The language of event patterns: what each pattern says of an event, and which are refused.

Sources of the right values, named beside each group:

- guide: EventBridge User Guide, eb-create-pattern-operators and eb-event-patterns.
- ruler: AWS's own matcher, https://github.com/aws/event-ruler, README or the class named.
- recorded: what TestEventPattern answered on AWS, by the names of LocalStack's cases
  (tests/aws/services/events/event_pattern_templates).
- lambda: Lambda Developer Guide, invocation-eventfiltering and with-sqs-filtering.

Patterns and events are our own.
"""

from __future__ import annotations

from typing import Any

import pytest

from helpers.embedded.services.event_patterns import DEEPEST, Opaque, Pattern
from helpers.embedded.services.pattern_operators import InvalidPattern

Case = tuple[Any, Any, bool]

LEAVES: dict[str, list[Case]] = {
    # One field `f`: what stands in its list, its value, whether they match.
    "guide, equals": [
        (["new york"], "new york", True),
        (["new york"], "New York", False),
        (["new york"], "new york ", False),
        (["a", "b"], "b", True),
        (["a", "b"], "c", False),
        ([""], "", True),
        ([""], "x", False),
        ([""], None, False),
        ([None], None, True),
        ([None], "", False),
        ([None], "null", False),
        ([None], 0, False),
        ([None], False, False),
        ([True], True, True),
        ([True], False, False),
        ([False], False, True),
        ([100], 100, True),
        ([100], 101, False),
        ([100], "100", False),
        (["100"], 100, False),
        ([-1], -1, True),
        ([0], 0, True),
    ],
    "recorded, number_comparison_float and boolean": [
        ([300], 300.0, True),
        ([300.0], 300, True),
        ([300], 3.0e2, True),
        ([0.1], 0.1, True),
        ([0.1], 0.11, False),
        ([1], True, False),
        ([0], False, False),
        ([True], 1, False),
        ([False], 0, False),
        ([True], "true", False),
        ([12345678901234567890], 12345678901234567890, True),
        ([12345678901234567890], 12345678901234567891, False),
    ],
    "guide, arrays": [
        (["b"], ["a", "b"], True),
        (["c"], ["a", "b"], False),
        (["a", "c"], ["c", "d"], True),
        ([1], [1, 2], True),
        ([1], ["1"], False),
        ([None], [None], True),
        ([True], [1], False),
    ],
    "recorded, arrays_empty_null_NEG and exists_list_empty_NEG": [
        ([None], [], False),
        ([""], [], False),
        ([{"exists": True}], [], False),
        ([{"exists": False}], [], True),
        ([{"exists": True}], [[]], False),
        ([{"anything-but": "a"}], [], False),
    ],
    "ruler README, arrays of arrays": [
        (["deep"], [["x"], [["deep"]]], True),
        (["deep"], [["x"], [["shallow"]]], False),
    ],
    "guide, prefix": [
        ([{"prefix": "eu-"}], "eu-central-1", True),
        ([{"prefix": "eu-"}], "us-east-1", False),
        ([{"prefix": "eu-"}], "EU-central-1", False),
        ([{"prefix": ""}], "anything", True),
        ([{"prefix": ""}], "", True),
        ([{"prefix": ""}], 1, False),
        ([{"prefix": "1"}], 12, False),
        ([{"prefix": "n"}], None, False),
        ([{"prefix": "b"}], ["a", "bc"], True),
        ([{"prefix": {"equals-ignore-case": "EventB"}}], "eventbridge", True),
        ([{"prefix": {"equals-ignore-case": "EventB"}}], "EVENTBRIDGE", True),
        ([{"prefix": {"equals-ignore-case": "EventB"}}], "bridge", False),
        ([{"prefix": {"equals-ignore-case": "EventB"}}], 5, False),
    ],
    "guide, suffix": [
        ([{"suffix": ".png"}], "a.png", True),
        ([{"suffix": ".png"}], "a.PNG", False),
        ([{"suffix": ".png"}], ".png.jpg", False),
        ([{"suffix": ""}], "a", True),
        ([{"suffix": "0"}], 10, False),
        ([{"suffix": {"equals-ignore-case": ".PNG"}}], "a.png", True),
        ([{"suffix": {"equals-ignore-case": ".PNG"}}], "a.jpg", False),
    ],
    "guide, equals-ignore-case": [
        ([{"equals-ignore-case": "alice"}], "ALICE", True),
        ([{"equals-ignore-case": "ALICE"}], "alice", True),
        ([{"equals-ignore-case": "alice"}], "alicia", False),
        ([{"equals-ignore-case": "alice"}], None, False),
        ([{"equals-ignore-case": "1"}], 1, False),
        ([{"equals-ignore-case": ""}], "", True),
        ([{"equals-ignore-case": ""}], "a", False),
    ],
    "guide and ruler README, wildcard": [
        ([{"wildcard": "dir/*.png"}], "dir/a.png", True),
        ([{"wildcard": "dir/*.png"}], "dir/.png", True),
        ([{"wildcard": "dir/*.png"}], "dir/a/b.png", True),
        ([{"wildcard": "dir/*.png"}], "dir/a.jpg", False),
        ([{"wildcard": "dir/*.png"}], "other/a.png", False),
        ([{"wildcard": "*"}], "", True),
        ([{"wildcard": "*"}], "anything\nat all", True),
        ([{"wildcard": "*"}], 1, False),
        ([{"wildcard": "*/lib/*"}], "/usr/lib/x", True),
        ([{"wildcard": "*/lib/*"}], "/usr/lib", False),
        ([{"wildcard": "a*a"}], "a", False),
        ([{"wildcard": "a*a"}], "aa", True),
        ([{"wildcard": "a*b*c"}], "abbc", True),
        ([{"wildcard": "a*b*c"}], "acb", False),
        ([{"wildcard": "*ab*ab"}], "abxab", True),
        ([{"wildcard": "*ab*ab"}], "xab", False),
        ([{"wildcard": "plain"}], "plain", True),
        ([{"wildcard": "plain"}], "plainer", False),
        ([{"wildcard": ""}], "", True),
        ([{"wildcard": ""}], "a", False),
        ([{"wildcard": "5\\*3"}], "5*3", True),
        ([{"wildcard": "5\\*3"}], "5xx3", False),
        ([{"wildcard": "C:\\\\*"}], "C:\\x", True),
        ([{"wildcard": "*\\**"}], "a*b", True),
        ([{"wildcard": "*\\**"}], "ab", False),
        ([{"wildcard": "a.c*"}], "abc", False),
    ],
    "guide, numeric": [
        ([{"numeric": ["=", 5]}], 5, True),
        ([{"numeric": ["=", 5]}], 5.0, True),
        ([{"numeric": ["=", 5]}], "5", False),
        ([{"numeric": ["=", 3.018e2]}], 301.8, True),
        ([{"numeric": [">", 100]}], 101, True),
        ([{"numeric": [">", 100]}], 101.0, True),
        ([{"numeric": [">", 100]}], 100, False),
        ([{"numeric": [">=", 100]}], 100, True),
        ([{"numeric": ["<", 10]}], 9.99, True),
        ([{"numeric": ["<", 10]}], 10, False),
        ([{"numeric": ["<=", 10]}], 10, True),
        ([{"numeric": ["<=", -1]}], -2, True),
        ([{"numeric": [">", 0, "<=", 5]}], 0, False),
        ([{"numeric": [">", 0, "<=", 5]}], 5, True),
        ([{"numeric": [">", 0, "<=", 5]}], 5.5, False),
        ([{"numeric": [">=", 0, "<", 5]}], 0, True),
        ([{"numeric": [">=", 0, "<", 5]}], 5, False),
        ([{"numeric": [">", 0]}], True, False),
        ([{"numeric": [">", -1]}], None, False),
        ([{"numeric": ["=", 0]}], False, False),
        ([{"numeric": [">", 1]}], [0, 2], True),
        ([{"numeric": [">", 1]}], [0, 1], False),
        ([{"numeric": [">", 1]}], 5.0e9, True),
        ([{"numeric": [">", 1]}], 5.1e9, False),
    ],
    "guide and ruler, cidr": [
        ([{"cidr": "10.0.0.0/24"}], "10.0.0.255", True),
        ([{"cidr": "10.0.0.0/24"}], "10.0.1.0", False),
        ([{"cidr": "10.0.0.9/24"}], "10.0.0.1", True),
        ([{"cidr": "10.0.0.0/31"}], "10.0.0.1", True),
        ([{"cidr": "0.0.0.0/0"}], "255.255.255.255", True),
        ([{"cidr": "10.0.0.0/24"}], "::a00:1", False),
        ([{"cidr": "10.0.0.0/24"}], "xx.11.xx.8", False),
        ([{"cidr": "10.0.0.0/24"}], 167772161, False),
        ([{"cidr": "10.0.0.0/24"}], None, False),
        ([{"cidr": "2001:db8::/32"}], "2001:db8:0:0:0:0:0:1", True),
        ([{"cidr": "2001:db8::/32"}], "2001:db9::", False),
        ([{"cidr": "2001:db8::/32"}], "10.0.0.1", False),
    ],
    "guide, exists": [
        ([{"exists": True}], "x", True),
        ([{"exists": True}], "", True),
        ([{"exists": True}], None, True),
        ([{"exists": True}], 0, True),
        ([{"exists": True}], False, True),
        ([{"exists": False}], "x", False),
        ([{"exists": False}], None, False),
        ([{"exists": False}], "", False),
        ([{"exists": True}], {"inner": 1}, False),
        ([{"exists": False}], {"inner": 1}, True),
        ([{"exists": False}], [{"inner": 1}], True),
        (["x", {"exists": False}], "x", True),
        (["x", {"exists": False}], "y", False),
    ],
    "guide, anything-but": [
        ([{"anything-but": "a"}], "b", True),
        ([{"anything-but": "a"}], "a", False),
        ([{"anything-but": "a"}], ["a", "b"], True),
        ([{"anything-but": "a"}], ["a"], False),
        ([{"anything-but": 5}], 6, True),
        ([{"anything-but": 5}], 5, False),
        ([{"anything-but": 5}], 5.0, False),
        ([{"anything-but": 0}], 1, True),
        ([{"anything-but": 0}], False, True),
        ([{"anything-but": ["a", "b"]}], "c", True),
        ([{"anything-but": ["a", "b"]}], "b", False),
        ([{"anything-but": [1, 2]}], 3, True),
        ([{"anything-but": [1, 2]}], 2, False),
        ([{"anything-but": [1, 2]}], "2", True),
        ([{"anything-but": "5"}], 5, True),
        ([{"anything-but": ""}], "", False),
        ([{"anything-but": ""}], "a", True),
    ],
    "recorded, content_anything_..._null and ..._int_value": [
        ([{"anything-but": "a"}], None, True),
        ([{"anything-but": ["a"]}], None, True),
        ([{"anything-but": 5}], None, True),
        ([{"anything-but": {"prefix": "a"}}], None, True),
        ([{"anything-but": {"suffix": "a"}}], None, True),
        ([{"anything-but": {"wildcard": "*"}}], None, True),
        ([{"anything-but": {"equals-ignore-case": "a"}}], None, True),
        ([{"anything-but": {"prefix": "1"}}], 123, True),
        ([{"anything-but": {"wildcard": "1*"}}], 123, True),
    ],
    "guide, anything-but of texts": [
        ([{"anything-but": {"prefix": "us-"}}], "eu-west-1", True),
        ([{"anything-but": {"prefix": "us-"}}], "us-east-1", False),
        ([{"anything-but": {"prefix": ["us-", "eu-"]}}], "ap-south-1", True),
        ([{"anything-but": {"prefix": ["us-", "eu-"]}}], "eu-west-1", False),
        ([{"anything-but": {"suffix": ".png"}}], "a.jpg", True),
        ([{"anything-but": {"suffix": ".png"}}], "a.png", False),
        ([{"anything-but": {"suffix": [".png", ".jpg"]}}], "a.gif", True),
        ([{"anything-but": {"suffix": [".png", ".jpg"]}}], "a.jpg", False),
        ([{"anything-but": {"equals-ignore-case": "init"}}], "INIT", False),
        ([{"anything-but": {"equals-ignore-case": "init"}}], "running", True),
        ([{"anything-but": {"equals-ignore-case": ["a", "b"]}}], "B", False),
        ([{"anything-but": {"equals-ignore-case": ["a", "b"]}}], "C", True),
        ([{"anything-but": {"wildcard": "*/lib/*"}}], "/usr/lib/x", False),
        ([{"anything-but": {"wildcard": "*/lib/*"}}], "/usr/bin/x", True),
        ([{"anything-but": {"wildcard": ["*a", "b*"]}}], "bx", False),
        ([{"anything-but": {"wildcard": ["*a", "b*"]}}], "xc", True),
        ([{"anything-but": {"wildcard": ""}}], "x", True),
        ([{"anything-but": {"wildcard": ""}}], "", False),
    ],
    "guide, any one of a list": [
        ([{"prefix": "a"}, {"suffix": "z"}], "az", True),
        ([{"prefix": "a"}, {"suffix": "z"}], "bz", True),
        ([{"prefix": "a"}, {"suffix": "z"}], "by", False),
        ([{"exists": True}, {"prefix": "a"}], "b", True),
        ([{"numeric": [">", 5]}, "none"], "none", True),
        ([{"exactly": "a"}], "a", True),
        ([{"exactly": "a"}], "b", False),
    ],
}

WHOLE: dict[str, list[Case]] = {
    "guide, and": [
        ({"a": [1], "b": [2]}, {"a": 1, "b": 2}, True),
        ({"a": [1], "b": [2]}, {"a": 1, "b": 3}, False),
        ({"a": [1], "b": [2]}, {"a": 1}, False),
        ({"a": [1]}, {"a": 1, "more": {"x": []}}, True),
        ({"d": {"a": [1], "b": [2]}}, {"d": {"a": 1, "b": 2}}, True),
        ({"d": {"a": [1]}}, {"a": 1}, False),
        ({"A": [1]}, {"a": 1}, False),
    ],
    "guide, fields that are missing": [
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"exists": False}]}, {"b": 1}, True),
        ({"a": ["x", {"exists": False}]}, {}, True),
        ({"a": [{"anything-but": "x"}]}, {}, False),
        ({"a": [{"anything-but": ["x", "y"]}]}, {}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {}, False),
        ({"a": [None]}, {}, False),
        ({"a": [{"numeric": [">", 0]}]}, {}, False),
        ({"a": [{"anything-but": ["x"]}, {"exists": False}]}, {}, True),
        ({"d": {"e": {"f": [{"exists": False}]}}}, {"d": {"e": "text"}}, True),
        ({"d": {"e": {"f": [{"exists": False}]}}}, {"d": {}}, True),
        ({"d": {"e": {"f": [{"exists": False}]}}}, {}, True),
        ({"d": {"e": {"f": [{"exists": False}]}}}, {"d": {"e": {"f": 1}}}, False),
        ({"d": {"f": [{"exists": False}], "g": [1]}}, {"d": {"g": 1}}, True),
        ({"d": {"f": [{"exists": False}], "g": [1]}}, {"d": {"h": 1}}, False),
    ],
    "ruler README, JSON Array Matching": [
        ({"e": {"n": ["Anna"]}}, {"e": [{"n": "John"}, {"n": "Anna"}]}, True),
        ({"e": {"n": ["Eve"]}}, {"e": [{"n": "John"}, {"n": "Anna"}]}, False),
        ({"e": {"n": ["Anna"]}}, {"e": [[{"n": "John"}], [{"n": "Anna"}]]}, True),
        ({"e": {"n": ["Anna"]}}, {"e": ["text", {"n": "Anna"}]}, True),
        ({"e": {"n": ["Anna"]}}, {"e": []}, False),
        (
            {"e": {"n": ["Anna"], "l": ["Smith"]}},
            {"e": [{"n": "Anna", "l": "Smith"}, {"n": "Peter", "l": "Jones"}]},
            True,
        ),
        (
            {"e": {"n": ["Anna"], "l": ["Jones"]}},
            {"e": [{"n": "Anna", "l": "Smith"}, {"n": "Peter", "l": "Jones"}]},
            False,
        ),
        ({"e": {"x": [{"exists": False}]}}, {"e": [{"n": 1}, {"x": 1}]}, False),
        ({"e": {"x": [{"exists": False}]}}, {"e": [{"n": 1}, {"m": 1}]}, True),
        ({"e": {"x": [{"exists": False}], "n": [1]}}, {"e": [{"n": 1}, {"m": 1}]}, True),
        ({"o": {"items": {"sku": ["x"]}}}, {"o": [{"items": [{"sku": "x"}]}]}, True),
        (
            {"o": {"id": [2], "items": {"sku": ["x"]}}},
            {"o": [{"id": 1, "items": [{"sku": "x"}]}, {"id": 2, "items": [{"sku": "y"}]}]},
            False,
        ),
    ],
    "guide and ruler README, $or": [
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}, True),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 1}, True),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 2, "b": 1}, False),
        ({"s": ["x"], "$or": [{"a": [1]}, {"b": [2]}]}, {"s": "x", "b": 2}, True),
        ({"s": ["x"], "$or": [{"a": [1]}, {"b": [2]}]}, {"s": "y", "b": 2}, False),
        ({"d": {"$or": [{"a": [1]}, {"b": [2]}]}}, {"d": {"b": 2}}, True),
        ({"d": {"$or": [{"a": [1]}, {"b": [2]}]}}, {"b": 2}, False),
        ({"$or": [{"a": [1], "b": [2]}, {"c": [3]}]}, {"a": 1}, False),
        ({"$or": [{"a": [1], "b": [2]}, {"c": [3]}]}, {"a": 1, "b": 2}, True),
        (
            {"$or": [{"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}, {"d": [4]}]},
            {"a": 1, "c": 3},
            True,
        ),
        ({"$or": [{"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}, {"d": [4]}]}, {"a": 1}, False),
        ({"$or": [{"a": [{"exists": False}]}, {"b": [2]}]}, {}, True),
        ({"$or": [{"a": [{"anything-but": [1]}]}, {"b": [{"numeric": [">", 1]}]}]}, {"b": 2}, True),
        ({"$or": {"a": [1]}}, {"$or": {"a": 1}}, True),
        ({"$or": {"a": [1]}}, {"a": 1}, False),
        ({"$or": ["x", "y"]}, {"$or": "y"}, True),
        ({"$or": [{"prefix": "a"}, {"suffix": "b"}]}, {"$or": "ax"}, True),
    ],
    "ruler README, keys with dots": [
        ({"d": {"s.t": ["on"]}}, {"d": {"s": {"t": "on"}}}, True),
        ({"d": {"s": {"t": ["on"]}}}, {"d": {"s.t": "on"}}, True),
        ({"d": {"s.t": ["on"]}}, {"d": {"s.t": "on"}}, True),
        ({"d": {"s.t": {"t": ["on"]}}}, {"d": {"s": {"t": "on"}}}, False),
    ],
    "lambda, texts and JSON": [
        ({"body": ["text"]}, {"body": Opaque("text")}, True),
        ({"body": [{"prefix": "te"}]}, {"body": Opaque("text")}, True),
        ({"body": ["text"]}, {"body": {"text": 1}}, False),
        ({"body": {"k": ["v"]}}, {"body": Opaque("text")}, False),
        ({"body": {"k": [{"exists": False}]}}, {"body": Opaque("text")}, False),
        ({"body": {"k": [{"exists": False}]}}, {"body": {}}, True),
        ({"messageId": [{"exists": True}]}, {"messageId": "1", "body": Opaque("")}, True),
    ],
    "events that are no objects": [
        ({"a": [1]}, [{"a": 1}], True),
        ({"a": [1]}, [], False),
        ({"a": [1]}, None, False),
        ({"a": [1]}, "a", False),
        ({"a": [{"exists": False}]}, 5, True),
    ],
}

REFUSED_LEAVES: dict[str, list[Any]] = {
    "ruler JsonRuleCompiler, values": [[], "text", 1, None, True, [["a"]], ["a", []], [{}]],
    "ruler JsonRuleCompiler, operators": [
        *([{"unknown": 1}], [{"Prefix": "a"}], [{"prefix": "a", "suffix": "b"}], [{"": ""}]),
        *([{"prefix": 1}], [{"prefix": None}], [{"prefix": ["a"]}], [{"prefix": True}]),
        *([{"prefix": {"suffix": "a"}}], [{"prefix": {"equals-ignore-case": 1}}]),
        *([{"prefix": {"equals-ignore-case": ["a"]}}], [{"prefix": {}}]),
        *([{"suffix": 1}], [{"suffix": ["a"]}], [{"suffix": {"prefix": "a"}}]),
        *([{"suffix": {"equals-ignore-case": None}}], [{"equals-ignore-case": 1}]),
        *([{"equals-ignore-case": ["a"]}], [{"equals-ignore-case": None}]),
        *([{"exactly": 1}], [{"exactly": ["a"]}]),
        *([{"exists": "true"}], [{"exists": 1}], [{"exists": 0}], [{"exists": None}]),
        [{"exists": [True]}],
    ],
    "ruler JsonRuleCompiler, wildcard": [
        *([{"wildcard": 1}], [{"wildcard": ["*"]}], [{"wildcard": None}], [{"wildcard": "a**b"}]),
        *([{"wildcard": "**"}], [{"wildcard": "a***"}], [{"wildcard": "a\\b"}]),
        *([{"wildcard": "a\\"}], [{"wildcard": {"prefix": "a"}}]),
    ],
    "ruler JsonRuleCompiler, numeric": [
        *([{"numeric": []}], [{"numeric": 5}], [{"numeric": "=5"}], [{"numeric": {"=": 5}}]),
        *([{"numeric": ["="]}], [{"numeric": [5]}], [{"numeric": ["=>", 0]}]),
        *([{"numeric": ["==", 0]}], [{"numeric": ["!=", 0]}], [{"numeric": ["=", "5"]}]),
        *([{"numeric": [">", None]}], [{"numeric": [">", True]}], [{"numeric": [">", [5]]}]),
        *([{"numeric": [["="], 5]}], [{"numeric": [5, ">"]}], [{"numeric": [">", 1, "<"]}]),
        *([{"numeric": [">", 1, ">", 2]}], [{"numeric": ["<", 5, ">", 1]}]),
        *([{"numeric": ["=", 1, "<", 2]}], [{"numeric": [">", 5, "<", 1]}]),
        *([{"numeric": [">=", 5, "<=", 5]}], [{"numeric": [">", 1, "<", 2, "<", 3]}]),
        *([{"numeric": [">", 5.1e9]}], [{"numeric": ["<", -5.1e9]}], [{"numeric": [">", "1"]}]),
        [{"numeric": [">", 1, "<", "2"]}],
    ],
    "ruler CIDR": [
        *([{"cidr": "10.0.0.0"}], [{"cidr": "10.0.0.0/33"}], [{"cidr": "10.0.0.0/32"}]),
        *([{"cidr": "10.0.0.0/-1"}], [{"cidr": "10.0.0.0/x"}], [{"cidr": "10.0.0.256/8"}]),
        *([{"cidr": "bad"}], [{"cidr": "bad/24"}], [{"cidr": 10}], [{"cidr": ["10.0.0.0/8"]}]),
        *([{"cidr": "10.0.0.0/24/8"}], [{"cidr": "10.0.0/24"}], [{"cidr": "10.0.0.0/"}]),
        *([{"cidr": "2001:db8::/128"}], [{"cidr": "2001:xyz::/32"}], [{"cidr": ""}]),
    ],
    "ruler JsonRuleCompiler, anything-but": [
        *([{"anything-but": None}], [{"anything-but": True}], [{"anything-but": []}]),
        *([{"anything-but": [None]}], [{"anything-but": ["a", None]}], [{"anything-but": [True]}]),
        *([{"anything-but": ["a", 1]}], [{"anything-but": [["a"]]}], [{"anything-but": {}}]),
        *([{"anything-but": {"numeric": [">", 5]}}], [{"anything-but": {"exists": True}}]),
        *([{"anything-but": {"cidr": "10.0.0.0/8"}}], [{"anything-but": {"prefix": ""}}]),
        *([{"anything-but": {"suffix": ""}}], [{"anything-but": {"prefix": 1}}]),
        *([{"anything-but": {"suffix": None}}], [{"anything-but": {"prefix": ["a", ""]}}]),
        *([{"anything-but": {"suffix": ["a", 1]}}], [{"anything-but": {"prefix": []}}]),
        *([{"anything-but": {"equals-ignore-case": 1}}],),
        *([{"anything-but": {"equals-ignore-case": ["a", 1]}}],),
        *([{"anything-but": {"prefix": {"equals-ignore-case": "a"}}}],),
        *([{"anything-but": {"suffix": {"equals-ignore-case": "a"}}}],),
        *([{"anything-but": {"wildcard": "**"}}], [{"anything-but": {"wildcard": 1}}]),
        *([{"anything-but": {"wildcard": ["a", 1]}}], [{"anything-but": {"wildcard": "\\a"}}]),
        *([{"anything-but": {"prefix": "a", "suffix": "b"}}], [{"anything-but": ["a", {}]}]),
    ],
}

REFUSED: dict[str, list[Any]] = {
    "ruler JsonRuleCompiler, objects": [
        *({}, [], "text", None, 5, [{"a": [1]}], {"a": {}}, {"a": {"b": {}}}, {"a": 1}),
        *({"a": [1], "b": {}}, {"a": [1], "b": []}),
    ],
    "ruler README, $or": [
        *({"$or": []}, {"$or": [{"a": [1]}]}, {"$or": [{"a": [1]}, {}]}, {"$or": "x"}),
        *({"$or": [{"a": [1]}, "x"]}, {"$or": [{"a": 1}, {"b": [1]}]}, {"$or": {}}),
        {"$or": [{"a": [1]}, {"b": [{"numeric": ["=>", 1]}]}]},
    ],
}


def _flat(groups: dict[str, list[Any]]) -> list[Any]:
    return [
        pytest.param(case, id=f"{source} {number}")
        for source, cases in groups.items()
        for number, case in enumerate(cases)
    ]


@pytest.mark.parametrize("case", _flat(LEAVES))
def test_a_field_is_as_its_list_says(case: Case) -> None:
    wanted, value, matches = case
    assert Pattern({"f": wanted}).matches({"f": value, "g": 1}) is matches
    assert Pattern({"d": {"f": wanted}}).matches({"d": {"f": value}}) is matches


@pytest.mark.parametrize("case", _flat(WHOLE))
def test_an_event_is_as_its_pattern_says(case: Case) -> None:
    pattern, event, matches = case
    assert Pattern(pattern).matches(event) is matches


@pytest.mark.parametrize("wanted", _flat(REFUSED_LEAVES))
def test_a_field_of_which_the_language_knows_nothing_is_refused(wanted: Any) -> None:
    for pattern in ({"f": wanted}, {"d": {"f": wanted}}, {"$or": [{"f": wanted}, {"g": [1]}]}):
        with pytest.raises(InvalidPattern):
            Pattern(pattern)


@pytest.mark.parametrize("pattern", _flat(REFUSED))
def test_a_pattern_of_which_the_language_knows_nothing_is_refused(pattern: Any) -> None:
    with pytest.raises(InvalidPattern):
        Pattern(pattern)


def test_no_pattern_is_nested_so_deeply_that_reading_it_fails() -> None:
    def nested(levels: int) -> Any:
        pattern: Any = [1]
        for _ in range(levels):
            pattern = {"a": pattern}
        return pattern

    assert Pattern(nested(DEEPEST)).matches({}) is False
    for levels in (DEEPEST + 1, 400):
        with pytest.raises(InvalidPattern):
            Pattern(nested(levels))
    with pytest.raises(InvalidPattern):
        Pattern({".".join("a" * 1000): [1]})


def test_an_event_may_be_as_deep_and_as_broad_as_it_likes() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert Pattern({"a": ["x"]}).matches({"a": deep})
    broad = {"a": [{"b": [{"c": number}]} for number in range(20_000)]}
    assert Pattern({"a": {"b": {"c": [19_999]}}}).matches(broad)
    assert not Pattern({"a": {"b": {"c": [{"exists": False}]}}}).matches(broad)


def test_a_wildcard_takes_no_time_that_grows_with_its_stars() -> None:
    """A backtracking matcher would look at this for ever."""
    wanted = {"wildcard": "*".join("a" * 40) + "*b"}
    assert not Pattern({"f": [wanted]}).matches({"f": "a" * 20_000})
