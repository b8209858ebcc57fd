"""The keys of one account and Region: moto's backend with our keys in it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from moto.kms import models

from helpers.embedded.services.kms import managed_keys, specs
from helpers.embedded.services.kms.errors import invalid_request, not_found, not_one_of
from helpers.embedded.services.kms.key import Key

if TYPE_CHECKING:
    from helpers.embedded.services.kms.service import KmsService

_KEY_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}", re.IGNORECASE)


class KmsBackend(models.KmsBackend):
    """What moto itself calls (DynamoDB, EBS), on our keys."""

    service: ClassVar[KmsService]
    keys: dict[str, Key]  # type: ignore[assignment]

    def create_key(
        self,
        policy: str | None,
        key_usage: str | None,
        key_spec: str | None,
        description: str | None,
        tags: list[dict[str, str]] | None,
        multi_region: bool = False,
        origin: str = "AWS_KMS",
    ) -> Key:
        """A new key.

        Raises:
            KmsException: no key can have this spec and usage.
        """
        spec = key_spec or specs.SYMMETRIC
        usage = _checked_usage(spec, key_usage)
        # moto's own Key leaves methods abstract that nobody calls.
        key = Key(  # type: ignore[abstract]
            policy,
            usage,
            spec,
            description or "",
            self.account_id,
            self.region_name,
            bool(multi_region),
            origin,
            clock=self.service.clock,
            random=self.service.random,
        )
        self.keys[key.id] = key
        if tags:
            self.tagger.tag_resource(key.id, tags)
        return key

    def find(self, given: str, *, by_alias: bool = True) -> Key:
        """The key by its id, ARN, alias or the alias's ARN.

        Args:
            by_alias: whether an alias will do: where a key is managed AWS wants its id or ARN.

        Raises:
            KmsException: NotFoundException (recorded: test_get_key_does_not_exist,
                test_get_key_in_different_region, test_get_key_invalid_uuid).
        """
        name = given
        if given.startswith("arn:"):
            _, _, _, region, _, name = (given.split(":", 5) + [""] * 5)[:6]
            if region != self.region_name:
                raise not_found(f"Invalid arn {region}")
        if name.startswith("alias/") and by_alias:
            identity = self.get_key_id_from_alias(name)
            if identity is None:
                raise not_found(f"Alias {self._arn(name)} is not found.")
            return self.keys[identity]
        identity = name.removeprefix("key/") if given.startswith("arn:") else name
        if not _KEY_ID.fullmatch(identity):
            raise not_found(f"Invalid keyId '{given}'")
        key = self.keys.get(identity)
        if key is None:
            raise not_found(f"Key '{self._arn(f'key/{identity}')}' does not exist")
        return key

    def get_key_id_from_alias(self, alias_name: str) -> str | None:
        """The id behind an alias; the key of an AWS service is made when it is asked for first."""
        for key in self.keys.values():
            if alias_name in key.aliases:
                return str(key.id)
        service = managed_keys.service_of(alias_name)
        return None if service is None else self._make_managed(service, alias_name)

    def settle(self, now: datetime) -> None:
        """Let everything happen to the keys that is due by `now` (UTC, without a time zone)."""
        for key in list(self.keys.values()):
            key.settle()
            if key.is_due_for_deletion(now):
                self.delete_key(key.id)

    def _make_managed(self, service: str, alias: str) -> str:
        policy = managed_keys.policy_of(service, self.region_name, self.account_id)
        description = managed_keys.description_of(service)
        key = self.create_key(policy, specs.ENCRYPT, specs.SYMMETRIC, description, None)
        key.key_manager = "AWS"
        key.key_rotation_status = True
        self.create_alias(key.id, alias)
        return str(key.id)

    def _arn(self, name: str) -> str:
        return f"arn:{self.partition}:kms:{self.region_name}:{self.account_id}:{name}"


def _checked_usage(spec: str, usage: str | None) -> str:
    """Recorded: test_hmac_create_key_invalid_operations."""
    if spec not in specs.KEY_SPECS:
        raise not_one_of(spec, "keySpec", specs.KEY_SPECS)
    if usage is None and spec != specs.SYMMETRIC:
        raise invalid_request(
            "You must specify a KeyUsage value for all KMS keys except for symmetric "
            "encryption keys."
        )
    wanted = usage or specs.ENCRYPT
    if wanted not in specs.KEY_USAGES:
        raise not_one_of(wanted, "keyUsage", specs.KEY_USAGES)
    if wanted not in specs.usages_of(spec):
        raise invalid_request(f"KeyUsage {wanted} is not compatible with KeySpec {spec}")
    return wanted


def find_in_region(backends: Any, region: str, identity: str) -> Key | None:
    """The key with that id, whichever account owns it: a ciphertext knows no more of its key."""
    for account in list(backends):
        if found := backend_of(backends, account, region).keys.get(identity):
            return found
    return None


def backend_of(backends: Any, account: str, region: str) -> KmsBackend:
    """The keys of an account in a Region."""
    backend = backends[account][region]
    assert isinstance(backend, KmsBackend)
    return backend
