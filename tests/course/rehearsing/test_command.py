"""python -m helpers rehearse, as a person or a CI job calls it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.__main__ import main

EXAMPLE = Path(__file__).parent / "example"
ADDS = """
import json, boto3
table = boto3.resource("dynamodb").Table("totals")
def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        table.update_item(
            Key={"id": order["item"]},
            UpdateExpression="ADD pieces :n",
            ExpressionAttributeValues={":n": order["pieces"]},
        )
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stranger's project, in which the command is called."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rehearse(*arguments: str) -> int:
    return main(["rehearse", *arguments, "--messages", "messages.jsonl"])


@pytest.mark.parametrize(("visibility", "status"), [("10", 1), ("180", 0)])
def test_a_queue_with_a_shorter_timeout_than_its_function_is_red_where_a_call_is_slow(
    folder: Path, capsys: pytest.CaptureFixture[str], visibility: str, status: int
) -> None:
    """Lambda refuses a mapping for such a queue, but SQS lets the timeout be lowered afterwards."""
    (folder / "src" / "app.py").write_text(ADDS)
    made = ("src", "--handler", "app.handler", "--table", "totals:id", "--timeout", "30")
    waits = ("--visibility-timeout", visibility, "--storm", "slow-call")
    assert rehearse(*made, *waits) == status
    assert ("pieces is 8 instead of 4" in capsys.readouterr().out) == bool(status)


def test_such_a_queue_in_a_template_is_not_deployed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = folder / "template.yaml"
    text = template.read_text()
    assert "VisibilityTimeout: 60" in text
    template.write_text(text.replace("VisibilityTimeout: 60", "VisibilityTimeout: 9"))
    assert rehearse("template.yaml") == 2
    assert "9 seconds is less than Function timeout" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_template_is_green(capsys: pytest.CaptureFixture[str]) -> None:
    assert rehearse("template.yaml", "--storm", "sent-twice", "--storm", "poison") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Green in every storm."


def test_a_folder_is_red_and_plays_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "src" / "app.py").write_text(ADDS)
    made = ("src", "--handler", "app.handler", "--table", "totals:id")
    files = ("--json", "r.json", "--junit", "r.xml", "--html", "r.html")
    assert rehearse(*made, "--storm", "sent-twice", "--storm", "deploy", *files) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "Red: sent-twice"
    assert "table totals: chair: pieces is 8 instead of 4 (UpdateItem.totals 2 times)" in out

    report = json.loads(Path("r.json").read_text())
    assert report["red"] == ["sent-twice"]
    suite = ElementTree.parse("r.xml").getroot()
    assert {case.get("name"): case.find("failure") is not None for case in suite} == {
        "calm": False,
        "sent-twice": True,
        "deploy": False,
    }
    assert "<svg" in Path("r.html").read_text()

    (again,) = re.findall(r"Again: python -m helpers (.+)", out)
    assert main(shlex.split(again)) == 1
    second = capsys.readouterr().out
    assert re.search(r"^  changed: .+", second, re.MULTILINE)[0] in out  # type: ignore[index]


REFUSALS = {
    "no file": (("nowhere.yaml",), "no template and no folder"),
    "no handler": (("src",), "needs its handler"),
    "no such function": (("template.yaml", "--function", "Nobody"), "There is no function Nobody"),
    "no such storm": (("template.yaml", "--storm", "hail"), "No storm 'hail'. Storms: batches, "),
    "no such message": (("template.yaml", "--only", "9"), "There are 3 messages"),
    "no such stub": (("template.yaml", "--stub", "s.py"), "There is no file s.py"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_rehearsed_is_said(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, words = REFUSALS[name]
    assert rehearse(*arguments) == 2
    assert words in capsys.readouterr().err


def test_a_package_that_lambda_has_not_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "src" / "app.py").write_text("import pandas\n" + ADDS)
    assert rehearse("template.yaml") == 2
    assert "No module named 'pandas'" in capsys.readouterr().err


def test_a_call_elsewhere_is_named_and_a_stub_replaces_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (folder / "src" / "app.py").read_text()
    call = "import urllib.request\n" + code.replace(
        "table.put_item", 'urllib.request.urlopen("https://rates.example.com"); table.put_item'
    )
    (folder / "src" / "app.py").write_text(call)
    assert rehearse("template.yaml") == 2
    assert "The function calls rates.example.com" in capsys.readouterr().err
    stub = "import urllib.request\nurllib.request.urlopen = lambda *_, **__: None\n"
    (folder / "stub.py").write_text(stub)
    assert rehearse("template.yaml", "--stub", "stub.py", "--storm", "sent-twice") == 0


def test_what_must_hold_besides(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "checks.py").write_text(
        "import boto3\n"
        "def few(stage):\n"
        "    (table,) = boto3.client('dynamodb').list_tables()['TableNames']\n"
        "    count = boto3.client('dynamodb').scan(TableName=table)['Count']\n"
        "    assert count < 3, f'{count} orders are too many'\n"
    )
    invariant = ("--invariant", "checks.py:few", "--storm", "deploy")
    assert rehearse("template.yaml", *invariant) == 1
    assert "invariant: 3 orders are too many" in capsys.readouterr().out
