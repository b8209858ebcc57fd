"""AWS's own runtime client for Python runs the same handlers: same results, same errors."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.embedded.conftest import Deploy, invoke

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("awslambdaric") is None, reason="awslambdaric is for Linux only"
)

DRIVER = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
os.environ["AWS_EXECUTION_ENV"] = "AWS_Lambda_python3.13"
from awslambdaric import bootstrap
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

said = {}

class Client:
    marshaller = LambdaMarshaller()
    def post_invocation_result(self, request_id, result, content_type="", *rest):
        said["result"] = json.loads(result)
    def post_invocation_error(self, request_id, error, *rest):
        said["error"] = json.loads(error)

class Sink:
    def log(self, *lines, **kinds): pass
    def log_error(self, lines): said["log"] = "\\n".join(lines)

try:
    handler = bootstrap._get_handler("code.handler")
except bootstrap.FaultException as fault:
    said["error"] = bootstrap.make_error(fault.msg, fault.exception_type, fault.trace)
    bootstrap.log_error(said["error"], Sink())
else:
    bootstrap.handle_event_request(
        Client(), handler, "request", sys.argv[2], "application/json", None, None, "arn", 0,
        None, Sink())
print("\\n" + json.dumps(said))
"""

HANDLERS: dict[str, str] = {
    "text": "def handler(event, context): return 'Zoë ✓'",
    "nothing": "def handler(event, context): pass",
    "structure": "def handler(event, context): return {'a': [1, 2.5, None, True], 'e': event}",
    "decimal": "from decimal import Decimal\ndef handler(event, context): return Decimal('2.5')",
    "tuple": "def handler(event, context): return (1, 2)",
    "number keys": "def handler(event, context): return {1: 2}",
    "set": "def handler(event, context): return {1}",
    "bytes inside": "def handler(event, context): return {'a': b'x'}",
    "date": "import datetime\ndef handler(event, context): return datetime.date(2026, 1, 5)",
    "raises": "def handler(event, context): raise ValueError('no such account')",
    "raises without a word": "def handler(event, context): raise RuntimeError",
    "raises of its own": (
        "class NotBooked(Exception): pass\ndef handler(event, context): raise NotBooked('x', 1)"
    ),
    "deep": "def f(n): return f(n - 1) if n else 1 / n\ndef handler(event, context): return f(3)",
    "from a cause": (
        "def handler(event, context):\n"
        "    try:\n        {}['k']\n    except KeyError as error:\n"
        "        raise ValueError('outer') from error"
    ),
    "key error": "def handler(event, context): return event['missing']",
    "not callable": "handler = 7",
    "wrong arguments": "def handler(event): return 1",
    "no handler": "x = 1",
    "import fails": "import surely_not_there",
    "syntax": "def handler(event, context)\n    return 1",
    "unicode error": "def handler(event, context): raise ValueError('Zoë ✓')",
}


def ask_oracle(source: str, folder: Path) -> dict[str, Any]:
    (folder / "code.py").write_text(textwrap.dedent(source))
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(folder), '{"amount": 12}'],
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout.rsplit("\n", 2)[-2]
    answer: dict[str, Any] = json.loads(said.replace(str(folder), "/var/task"))
    return answer


@pytest.mark.parametrize("case", HANDLERS)
def test_the_same_as_aws_s_own_runtime_client(deploy: Deploy, tmp_path: Path, case: str) -> None:
    oracle = ask_oracle(HANDLERS[case], tmp_path)
    deploy(HANDLERS[case])
    answer = invoke("function", {"amount": 12})
    if "error" not in oracle:
        assert answer["error"] is None
        assert answer["result"] == oracle["result"]
        return
    expected, found = oracle["error"], answer["result"]
    assert found["errorType"] == expected["errorType"]
    assert found["errorMessage"] == expected["errorMessage"]
    own = [frame for frame in expected["stackTrace"] if "bootstrap.py" not in frame]
    assert found["stackTrace"] == own
    if own == expected["stackTrace"]:
        assert oracle["log"] in answer["log"]
