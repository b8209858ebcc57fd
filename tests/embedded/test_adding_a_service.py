"""Adding a service is adding a folder: what README.md of the embedded account says, done once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from helpers.embedded import services
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount

SERVICE = """
from helpers.embedded.service import Service
from helpers.embedded.services.own_api import OwnApi


class SupportApi(OwnApi):
    service = "support"

    def describe_severity_levels(self):
        language = self.params["language"]
        return {"severityLevels": [{"code": "low", "name": f"low, in {language}"}]}


class SupportService(Service):
    name = "support"

    def __init__(self, parts):
        self.clock = parts.simulation.clock

    def answer(self, call):
        return SupportApi(call).answer()


connect = SupportService
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    home = tmp_path / "support"
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "service.py").write_text(SERVICE)
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path)])
    yield
    for module in ("support.service", "support"):
        sys.modules.pop(f"{services.__name__}.{module}", None)


@pytest.mark.usefixtures("folder")
def test_a_folder_with_a_service_is_all_that_a_new_service_takes(lab: EmbeddedAccount) -> None:
    support = boto3.client("support")
    levels = support.describe_severity_levels(language="en")["severityLevels"]
    assert levels == [{"code": "low", "name": "low, in en"}]
    with pytest.raises(NotInEmbeddedAccount, match="support: DescribeServices"):
        support.describe_services()
