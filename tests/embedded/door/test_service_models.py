"""Sessions of a process with an account share what botocore's files say."""

from __future__ import annotations

from pathlib import Path

import boto3
import botocore.session

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount


def loader(session: botocore.session.Session) -> object:
    return session.get_component("data_loader")


def test_all_sessions_read_botocore_s_files_once(lab: EmbeddedAccount) -> None:
    first, second = boto3.Session(), boto3.Session()
    assert loader(first._session) is loader(second._session)
    paths = first._loader.search_paths
    assert len(paths) == len(set(paths))
    assert first.get_available_resources() == second.get_available_resources() != []


def test_who_names_a_folder_of_models_gets_it(lab: EmbeddedAccount, tmp_path: Path) -> None:
    session = botocore.session.Session()
    session.set_config_variable("data_path", str(tmp_path))
    (tmp_path / "mine" / "2026-01-01").mkdir(parents=True)
    (tmp_path / "mine" / "2026-01-01" / "service-2.json").write_text("{}")
    assert "mine" in session.get_available_services()
    assert "mine" not in botocore.session.Session().get_available_services()


def test_after_the_lab_each_session_has_its_own() -> None:
    with open_lab():
        shared = loader(botocore.session.Session())
    first, second = botocore.session.Session(), botocore.session.Session()
    assert loader(first) is not loader(second)
    assert shared not in (loader(first), loader(second))
