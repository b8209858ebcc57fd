"""What is deployed: zip files that are whole, layers under them, a runtime that is there."""

from __future__ import annotations

import errno
import io
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.lambda_ import function_versions
from tests.embedded.conftest import Deploy, create_role, invoke, zip_code

CODE = "def handler(event, context): return 1"
NO_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
"""Recorded in test_lambda_api.snapshot.json of LocalStack, as is the largest size."""


def pack(**entries: str) -> bytes:
    """A zip file: name, with __ for a slash, to text."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as code:
        for name, text in entries.items():
            code.writestr(name.replace("__", "/") + ".py", text)
    return archive.getvalue()


def damaged() -> bytes:
    """With a bad check sum."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as code:
        code.writestr("code.py", CODE)
    return archive.getvalue().replace(b"return 1", b"return 2", 1)


def huge() -> bytes:
    """That says it is bigger than it is."""
    archive = bytearray(pack(code=CODE))
    directory = archive.index(b"PK\x01\x02")
    archive[directory + 24 : directory + 28] = (262_144_000).to_bytes(4, "little")
    return bytes(archive)


BAD_PACKAGES = {
    "no zip": (b"not a zip", NO_ZIP),
    "bad check sum": (damaged(), NO_ZIP),
    "cut": (zip_code(code=CODE)[:-30], NO_ZIP),
    "absolute": (pack(**{"/code": CODE}), NO_ZIP),
    "outside": (pack(**{"../code": CODE}), NO_ZIP),
    "empty": (pack(), "Uploaded file must be a non-empty zip"),
    "too large": (huge(), "Unzipped size must be smaller than 262144000 bytes"),
}


@pytest.mark.parametrize("kind", BAD_PACKAGES)
def test_a_package_that_cannot_be_unpacked_is_refused_wherever_it_is_given(
    deploy: Deploy, kind: str
) -> None:
    package, message = BAD_PACKAGES[kind]
    deploy(CODE)
    client: Any = boto3.client("lambda")
    for attempt in (
        lambda: create("other", package),
        lambda: client.update_function_code(FunctionName="function", ZipFile=package),
        lambda: client.publish_layer_version(LayerName="layer", Content={"ZipFile": package}),
    ):
        with pytest.raises(ClientError) as refused:
            attempt()
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
        assert refused.value.response["Error"]["Message"] == message
    assert invoke("function")["result"] == 1
    assert client.list_layers()["Layers"] == []


def create(name: str, package: bytes, **settings: Any) -> None:
    boto3.client("lambda").create_function(
        **{
            "FunctionName": name,
            "Role": create_role(f"{name}-role"),
            "Runtime": "python3.13",
            "Handler": "code.handler",
            "Code": {"ZipFile": package},
            **settings,
        }
    )


def test_a_disk_that_is_full_leaves_no_broken_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = pack(a="1", b="2")
    extract = zipfile.ZipFile.extract

    def until_full(self: Any, member: Any, *more: Any) -> str:
        if member.filename == "b.py":
            raise OSError(errno.ENOSPC, "No space left on device")
        return extract(self, member, *more)

    with monkeypatch.context() as full:
        full.setattr(zipfile.ZipFile, "extract", until_full)
        with pytest.raises(OSError, match="No space left"):
            function_versions.unpack_code([archive], tmp_path)
    assert list(tmp_path.iterdir()) == []
    folder = function_versions.unpack_code([archive], tmp_path)
    assert sorted(each.name for each in folder.iterdir()) == ["a.py", "b.py"]


VANDAL = """
    import subprocess

    def handler(event, context):
        ran = subprocess.run(event, shell=True, capture_output=True, text=True)
        return ran.returncode, ran.stderr.strip().rpartition(": ")[2]
"""


@pytest.mark.parametrize("command", ["rm code.py", "touch x", "echo >> /var/task/code.py"])
def test_child_processes_do_a_function_no_lasting_harm(deploy: Deploy, command: str) -> None:
    """Root is told what AWS says; where this process may not, a fresh folder is made."""
    deploy(VANDAL)
    told = invoke("function", command)["result"]
    if sys.platform == "linux" and os.geteuid() == 0 and told[0]:
        assert told[1] == "Read-only file system"
    boto3.client("lambda").update_function_configuration(FunctionName="function", Timeout=4)
    assert invoke("function", "ls")["result"][0] == 0
    assert invoke("function", "test ! -e x -a -s code.py")["result"][0] == 0


@pytest.mark.parametrize("runtime", ["nodejs20.x", "java21", "provided.al2023"])
def test_a_runtime_that_is_not_python_is_refused_when_the_function_is_made(
    lab: EmbeddedAccount, runtime: str
) -> None:
    with pytest.raises(NotImplementedError, match=f"Python only, not in {runtime}"):
        create("function", zip_code(code=CODE), Runtime=runtime)
    assert boto3.client("lambda").list_functions()["Functions"] == []


def test_a_folder_that_was_changed_is_not_used_again(tmp_path: Path) -> None:
    archives = [pack(a="1", b="2"), pack(b="33", folder__c="4")]
    first = function_versions.unpack_code(archives, tmp_path)
    assert function_versions.unpack_code(archives, tmp_path) == first
    (first / "b.py").unlink()
    second = function_versions.unpack_code(archives, tmp_path)
    assert second != first
    assert (second / "b.py").read_text() == "33"
    (second / "d.py").touch()
    assert function_versions.unpack_code(archives, tmp_path) not in (first, second)


# Layers


def publish(name: str, **entries: str) -> str:
    layer = boto3.client("lambda").publish_layer_version(
        LayerName=name, Content={"ZipFile": pack(**entries)}
    )
    return str(layer["LayerVersionArn"])


IMPORTER = """
import sys, colours, shapes
def handler(event, context):
    return colours.RED, colours.__file__, shapes.__file__, open("/opt/note.py").read()
"""


def test_a_function_imports_from_its_layers(lab: EmbeddedAccount) -> None:
    """In both folders that AWS searches (LDG packaging-layers), later layers over earlier ones."""
    colours = publish("colours", python__colours="RED = 1", note="first")
    site = f"python__lib__python{_version()}__site-packages__shapes"
    shapes = publish("shapes", **{site: "ROUND = 1", "note": "second"})
    create("function", zip_code(code=IMPORTER), Layers=[colours, shapes])
    assert invoke("function")["result"] == [
        1,
        "/opt/python/colours.py",
        f"/opt/python/lib/python{_version()}/site-packages/shapes.py",
        "second",
    ]
    client = boto3.client("lambda")
    client.delete_layer_version(LayerName="colours", VersionNumber=1)
    newer = publish("colours", python__colours="RED = 2")
    client.update_function_configuration(FunctionName="function", Timeout=9)
    assert invoke("function")["result"][0] == 1
    client.update_function_configuration(FunctionName="function", Layers=[newer, shapes])
    assert invoke("function")["result"][0] == 2
    client.update_function_configuration(FunctionName="function", Layers=[])
    assert invoke("function")["result"]["errorMessage"] == (
        "Unable to import module 'code': No module named 'colours'"
    )


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


ARN = "arn:aws:lambda:us-east-1:123456789012:layer:"
TWICE = (
    "Two different versions of the same layer are not allowed to be referenced in the same "
    "function. {} and {} are versions of the same layer."
)
BAD_LAYERS = {
    "unknown": ([f"{ARN}none:1"], f"Layer version {ARN}none:1 does not exist."),
    "unknown version": ([f"{ARN}layer:9"], f"Layer version {ARN}layer:9 does not exist."),
    "twice": ([f"{ARN}layer:1"] * 2, TWICE.format(f"{ARN}layer:1", f"{ARN}layer:1")),
    "two versions": (
        [f"{ARN}layer:1", f"{ARN}layer:2"],
        TWICE.format(f"{ARN}layer:1", f"{ARN}layer:2"),
    ),
    "elsewhere": (
        [f"{ARN}layer:1".replace("us-east-1", "eu-west-1")],
        "Layers are not in the same region as the function. "
        "Layers are expected to be in region us-east-1.",
    ),
    "six": ([f"{ARN}layer{n}:1" for n in range(6)], "Cannot reference more than 5 layers."),
}
"""Recorded in TestLambdaLayer of LocalStack's test_lambda_api.snapshot.json."""


@pytest.mark.parametrize("kind", BAD_LAYERS)
def test_layers_that_a_function_may_not_have_are_refused(deploy: Deploy, kind: str) -> None:
    layers, message = BAD_LAYERS[kind]
    deploy(CODE)
    for content in ("1", "2"):
        publish("layer", python__layer=content)
    client: Any = boto3.client("lambda")
    for attempt in (
        lambda: create("other", zip_code(code=CODE), Layers=layers),
        lambda: client.update_function_configuration(FunctionName="function", Layers=layers),
    ):
        with pytest.raises(ClientError) as refused:
            attempt()
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
        assert refused.value.response["Error"]["Message"] == message
    assert invoke("function")["result"] == 1
