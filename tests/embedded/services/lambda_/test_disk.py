"""What lies where for a function: its code, its own /tmp, the runtime's packages, no more."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.lambda_.process import imports
from helpers.embedded.services.lambda_.process.disk import Disk, Mount
from tests.embedded.conftest import Deploy, deploy_function, invoke


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
            from helpers.embedded.services.lambda_.process.disk import Mount, disk, install
            install()
            disk.mount([Mount("/tmp", {str(tmp_path)!r})], [{prefix!r}])
            print(open({prefix!r} + "/data.json").read(), os.path.exists({prefix!r} + ".not"))
        """
        assert run_python(script) == "{} False\n"
        os.remove(f"{prefix}.not")


@pytest.mark.parametrize(
    ("path", "placed"),
    [
        ("/tmp/x", "real/x"),
        ("/tmp\\x", "real/x"),
        ("\\tmp\\deep\\x", "real/deep/x"),
        ("C:\\tmp\\x", "real/x"),
        ("/tmp/./x", "real/x"),
        ("/tmp", "real"),
        ("C:\\tmpx", "C:\\tmpx"),
        ("C:\\Users", "C:\\Users"),
    ],
)
def test_windows_writes_paths_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch, path: str, placed: str
) -> None:
    """Path("/tmp", "x") is \\tmp\\x there."""
    own = Disk()
    own.mount([Mount("/tmp", "real")], [])
    monkeypatch.setattr(os, "name", "nt")
    found = own.place(path)
    monkeypatch.undo()
    assert found == placed


READ_ONLY = "[Errno 30] Read-only file system: "
CROSS_DEVICE = "[Errno 18] Invalid cross-device link: "

WRITES = {
    "open('/var/task/x', 'w')": READ_ONLY + "'/var/task/x'",
    "open('x', 'w')": READ_ONLY + "'x'",
    "open(__file__, 'a')": READ_ONLY + "'/var/task/code.py'",
    "open(b'/var/task/x', 'wb')": READ_ONLY + "b'/var/task/x'",
    "open(file='/var/task/x', mode='w')": READ_ONLY + "'/var/task/x'",
    "open('/tmp/../var/task/x', 'w')": READ_ONLY + "'/tmp/../var/task/x'",
    "open('/opt/x', 'w')": READ_ONLY + "'/opt/x'",
    "open('/x', 'w')": READ_ONLY + "'/x'",
    "open('/var/task/none/x', 'w')": "[Errno 2] No such file or directory: '/var/task/none/x'",
    "open(__file__, 'x')": "[Errno 17] File exists: '/var/task/code.py'",
    "io.FileIO('/var/task/x', 'w')": READ_ONLY + "'/var/task/x'",
    "os.open('/var/task/x', os.O_CREAT | os.O_WRONLY)": READ_ONLY + "'/var/task/x'",
    "pathlib.Path('/var/task/x').write_text('x')": READ_ONLY + "'/var/task/x'",
    "pathlib.Path(__file__).unlink()": READ_ONLY + "'/var/task/code.py'",
    "os.mkdir('/var/task/x')": READ_ONLY + "'/var/task/x'",
    "os.makedirs('/var/task/x/y')": READ_ONLY + "'/var/task/x'",
    "os.makedirs('/var/task', exist_ok=True)": "None",
    "os.remove(__file__)": READ_ONLY + "'/var/task/code.py'",
    "os.rmdir('/var/task/x')": READ_ONLY + "'/var/task/x'",
    "shutil.rmtree('/var/task')": READ_ONLY + "'code.py'",
    "os.rename(__file__, '/var/task/x')": READ_ONLY + "'/var/task/code.py' -> '/var/task/x'",
    "os.rename(__file__, '/tmp/x')": CROSS_DEVICE + "'/var/task/code.py' -> '/tmp/x'",
    "shutil.copy(__file__, '/var/task/x')": READ_ONLY + "'/var/task/x'",
    "shutil.move(__file__, '/tmp/moved')": READ_ONLY + "'/var/task/code.py'",
    "os.symlink('x', '/var/task/y')": READ_ONLY + "'x' -> '/var/task/y'",
    "os.chmod(__file__, 0o777)": READ_ONLY + "'/var/task/code.py'",
    "os.truncate(__file__, 0)": READ_ONLY + "'/var/task/code.py'",
    "os.utime(__file__)": READ_ONLY + "'/var/task/code.py'",
    "os.mkfifo('/var/task/x')": READ_ONLY + "'/var/task/x'",
    "os.access(__file__, os.W_OK)": "False",
    "os.access(__file__, os.R_OK)": "True",
    "sqlite3.connect('/var/task/x.db')": "unable to open database file",
    "tempfile.TemporaryFile(dir='/var/task').close()": READ_ONLY + "'/var/task'",
    "open('/dev/null', 'w').close()": "None",
}
"""What Linux says of a read-only disk, which Lambda's is but for /tmp
(https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html)."""

READS = {
    "__file__": "/var/task/code.py",
    "evaluate.__code__.co_filename": "/var/task/code.py",
    "inspect.getsourcefile(evaluate)": "/var/task/code.py",
    "sys.argv": "['/var/runtime/bootstrap.py']",
    "type(context)": "<class 'awslambdaric.lambda_context.LambdaContext'>",
    "open(__file__).name": "/var/task/code.py",
    "open('/tmp/new', 'wb', 0).name": "/tmp/new",
    "open(file=pathlib.Path(__file__), mode='rb').name": "/var/task/code.py",
    "os.getcwd()": "/var/task",
    "os.getcwdb()": "b'/var/task'",
    "os.environ['LAMBDA_TASK_ROOT']": "/var/task",
    "os.path.abspath('code.py')": "/var/task/code.py",
    "os.path.realpath('code.py')": "/var/task/code.py",
    "pathlib.Path.cwd() / 'x'": "/var/task/x",
    "pathlib.Path(__file__).resolve().parent": "/var/task",
    "os.listdir('/var/task')": "['code.py']",
    "os.listdir('/opt')": "[]",
    "os.listdir()": "['code.py']",
    "[each.path for each in os.scandir('/var/task')]": "['/var/task/code.py']",
    "list(os.walk('/var/task'))": "[('/var/task', [], ['code.py'])]",
    "glob.glob('/var/task/*')": "['/var/task/code.py']",
    "inspect.getsource(evaluate)[:3]": "def",
    "open('/var/task/none')": "[Errno 2] No such file or directory: '/var/task/none'",
    "os.stat('/tmp/none')": "[Errno 2] No such file or directory: '/tmp/none'",
    "sys.path[:3]": "['/var/task', '/opt/python/lib/pythonVERSION/site-packages', '/opt/python']",
    "[each for each in sys.path if not each.startswith(('/var/', '/opt/'))]": "[]",
    "sqlite3.connect('/tmp/a').execute('create table t (a)') and os.path.exists('/tmp/a')": "True",
    "subprocess.check_output(['ls', '/tmp/a', '/var/task'], text=True)[-8:]": "code.py\n",
    "subprocess.run(['true', '/tmp/a']).args": "['true', '/tmp/a']",
    "__import__('six.moves.urllib.parse') and __import__('dateutil.rrule').__name__": "dateutil",
    "shutil.copytree('/var/task', '/tmp/copy') and os.listdir('/tmp/copy')": "['code.py']",
}

EVALUATE = """
    import glob, importlib.metadata, inspect, io, os, pathlib, re, shutil, sqlite3, subprocess
    import sys, tempfile

    def evaluate(event, context):
        try:
            return str(eval(event))
        except Exception as error:
            return str(error)
"""


@pytest.fixture(scope="module")
def evaluate() -> Iterator[Callable[[str], str]]:
    """A function that says what an expression is where it runs."""
    with open_lab():
        deploy_function(EVALUATE, Handler="code.evaluate")
        yield lambda expression: str(invoke("function", expression)["result"])


@pytest.mark.parametrize("expression", WRITES)
def test_everything_but_tmp_is_read_only(evaluate: Callable[[str], str], expression: str) -> None:
    said = re.sub(r"/tmp\w{8}'$", "'", evaluate(expression))
    assert said == WRITES[expression]
    assert evaluate("os.listdir('/var/task')") == "['code.py']"


@pytest.mark.parametrize("expression", READS)
def test_code_lies_in_var_task_wherever_one_looks(
    evaluate: Callable[[str], str], expression: str
) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert evaluate(expression) == READS[expression].replace("VERSION", version)


@pytest.mark.parametrize(
    "name",
    ["pandas", "moto", "simpy", "helpers", "pytest", "certifi", "cryptography", "yaml", "tests"],
)
def test_what_else_is_installed_here_cannot_be_imported(
    evaluate: Callable[[str], str], name: str
) -> None:
    assert evaluate(f"__import__({name!r})") == f"No module named {name!r}"
    assert evaluate(f"[each for each in sys.modules if each.split('.')[0] == {name!r}]") == "[]"
    assert evaluate(f"importlib.metadata.version({name!r})") == (
        f"No package metadata was found for {name}"
    )


@pytest.mark.parametrize("name", imports.SDK)
def test_aws_s_sdk_can_be_imported(evaluate: Callable[[str], str], name: str) -> None:
    assert evaluate(f"__import__({name!r}).__name__") == name
    assert evaluate("importlib.metadata.version('boto3')") == boto3.__version__


@pytest.mark.parametrize("name", ["decimal", "lzma", "xml.dom.minidom", "zoneinfo", "ctypes"])
def test_python_s_library_can_be_imported(evaluate: Callable[[str], str], name: str) -> None:
    assert evaluate(f"__import__({name!r}).__name__") == name.partition(".")[0]


def test_a_missing_package_is_reported_in_the_words_of_aws(deploy: Deploy) -> None:
    deploy("import pandas")
    failure = invoke("function")["result"]
    assert failure["errorType"] == "Runtime.ImportModuleError"
    assert failure["errorMessage"] == "Unable to import module 'code': No module named 'pandas'"


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


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a right there")
def test_temporary_folders_may_lie_behind_a_symbolic_link(tmp_path: Path) -> None:
    """As macOS has them."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    script = """
        from helpers import open_lab
        from tests.embedded.conftest import deploy_function, invoke

        lab = open_lab()
        deploy_function(
            "import os\\ndef handler(event, context):"
            " return os.getcwd(), open('/tmp/x', 'w').name, os.path.realpath('x')"
        )
        print(invoke("function")["result"])
    """
    found = run_python(script, TMPDIR=str(tmp_path / "link"))
    assert found == "['/var/task', '/tmp/x', '/var/task/x']\n"


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
