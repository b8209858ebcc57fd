"""The AWS settings of this process while it has to do with embedded accounts.

Real credentials, profiles and endpoints that stand in the environment or in ~/.aws are set
aside, so that no client can pick them up. They stay there when an account is closed: a clean-up
cell that is run once more must not clean up a real account. The end of a `with` block puts them
back.
"""

from __future__ import annotations

import os

import boto3

from helpers.embedded.door import host_names, service_models

ADMIN_ACCESS_KEY_ID = "AKIAEMBEDDEDLABADMIN"
"""Signs the notebook's own requests. No such key exists at AWS."""

ADMIN_SECRET_ACCESS_KEY = "nothing-to-keep-secret"


class SandboxedSettings:
    """Replaces every AWS_* variable and boto3's default session, until `restore`."""

    def __init__(self) -> None:
        self._saved: dict[str, str] | None = None
        self._session: boto3.Session | None = None

    @property
    def active(self) -> bool:
        """Whether the real settings are set aside."""
        return self._saved is not None

    def apply(self, region: str) -> None:
        if self._saved is None:
            self._saved = _aws_variables()
            self._session = boto3.DEFAULT_SESSION
        _set_aws_variables(
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
        service_models.share()
        host_names.hide()

    def restore(self) -> None:
        if self._saved is not None:
            _set_aws_variables(self._saved)
            boto3.DEFAULT_SESSION = self._session
            self._saved = self._session = None
            service_models.unshare()
            host_names.show()


def _aws_variables() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if name.startswith("AWS_")}


def _set_aws_variables(settings: dict[str, str]) -> None:
    for name in _aws_variables():
        del os.environ[name]
    os.environ.update(settings)
