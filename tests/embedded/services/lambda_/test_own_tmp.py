"""A function's /tmp is its own, and the account's folder on disk goes with the account."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, invoke


def test_tmp_is_kept_while_warm_and_no_other_environment_sees_it(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(
        """
        import os, pathlib, shutil, tempfile, time

        def handler(event, context):
            seen = sorted(os.listdir("/tmp"))
            with open("/tmp/mark", "w") as file:
                file.write(context.aws_request_id)
            os.makedirs("/tmp/deep/er", exist_ok=True)
            pathlib.Path("/tmp", "deep", "er", "x.txt").write_text("x")
            os.replace("/tmp/deep/er/x.txt", b"/tmp/deep/er/y.txt")
            assert pathlib.Path("/tmp/deep/er/y.txt").read_text() == "x"
            assert os.path.exists("/tmp/mark") and not os.path.exists("/tmp/deep/er/x.txt")
            shutil.rmtree("/tmp/deep")
            with tempfile.NamedTemporaryFile() as kept, tempfile.TemporaryDirectory() as folder:
                assert kept.name.startswith("/tmp/") and folder.startswith("/tmp/")
            time.sleep(1)
            return seen, sorted(os.listdir("/tmp")), tempfile.gettempdir()
        """,
        Timeout=10,
    )
    before = set(os.listdir("/tmp"))
    assert invoke("function")["result"] == [[], ["mark"], "/tmp"]
    assert invoke("function")["result"] == [["mark"], ["mark"], "/tmp"]
    for _ in range(2):
        boto3.client("lambda").invoke(FunctionName="function", InvocationType="Event")
    lab.run_until_idle()
    assert not any("mark" in name for name in set(os.listdir("/tmp")) - before)
    outcomes = lab.trace().query("what == 'invoked'")
    assert set(outcomes["outcome"]) == {"success"}
    assert outcomes["environment"].nunique() == 2


@pytest.mark.skipif(not os.path.isdir("/tmp"), reason="this machine has no /tmp")
def test_python_is_found_below_tmp(tmp_path: Path) -> None:
    """A checkout there, with its .venv, runs functions too."""
    with tempfile.TemporaryDirectory(dir="/tmp") as prefix:
        Path(prefix, "data.json").write_text("{}")
        Path(f"{prefix}.not").touch()
        script = f"""
            import os, sys
            sys.prefix = {prefix!r}
            from helpers.embedded.services.lambda_.process import own_tmp
            own_tmp.redirect_tmp({str(tmp_path)!r})
            print(open({prefix!r} + "/data.json").read(), os.path.exists({prefix!r} + ".not"))
        """
        assert run_python(script) == "{} False\n"
        os.remove(f"{prefix}.not")


def test_a_process_that_ends_leaves_nothing_on_disk(tmp_path: Path) -> None:
    script = """
        from helpers import open_lab
        from tests.embedded.conftest import deploy_function, invoke

        lab = open_lab()
        deploy_function("def handler(event, context): return 1")
        print(invoke("function")["result"])
    """
    assert run_python(script, TMPDIR=str(tmp_path)) == "1\n"
    assert list(tmp_path.iterdir()) == []


def run_python(script: str, **variables: str) -> str:
    """What a script prints in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", dedent(script)],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, **variables},
    )
    return ran.stdout
