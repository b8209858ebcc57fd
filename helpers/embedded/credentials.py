"""The AWS settings of this process while an embedded account is open.

Real credentials, profiles and endpoints that stand in the environment or in ~/.aws are set
aside, so that no client can pick them up, and put back when the account is closed.
"""

from __future__ import annotations

import os

import boto3

ADMIN_ACCESS_KEY_ID = "AKIAEMBEDDEDLABADMIN"
"""Signs the notebook's own requests. No such key exists at AWS."""

ADMIN_SECRET_ACCESS_KEY = "nothing-to-keep-secret"


class SandboxedSettings:
    """Replaces every AWS_* variable and boto3's default session; `restore` undoes it."""

    def __init__(self, region: str) -> None:
        self._saved = {name: text for name, text in os.environ.items() if name.startswith("AWS_")}
        self._session = boto3.DEFAULT_SESSION
        self._apply(
            {
                "AWS_ACCESS_KEY_ID": ADMIN_ACCESS_KEY_ID,
                "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET_ACCESS_KEY,
                "AWS_DEFAULT_REGION": region,
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        )
        boto3.DEFAULT_SESSION = None

    def restore(self) -> None:
        self._apply(self._saved)
        boto3.DEFAULT_SESSION = self._session

    @staticmethod
    def _apply(settings: dict[str, str]) -> None:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(settings)
