"""The KMS API: the half that manages keys. moto keeps aliases, policies and tags."""

from __future__ import annotations

from collections.abc import Sequence

from moto.core.utils import unix_time

from helpers.embedded.services.kms import managed_keys
from helpers.embedded.services.kms.cryptography_api import CryptographyApi
from helpers.embedded.services.kms.errors import KmsException, invalid_request, out_of_range
from helpers.embedded.services.kms.grants_api import GrantsApi
from helpers.embedded.services.kms.key import Key
from helpers.embedded.services.kms.key_requests import as_json
from helpers.embedded.time.clock import SECOND, START

_MOST_TAGS = 50
_LONGEST_IN_TAGS = {"TagKey": 128, "TagValue": 256}


class KmsApi(CryptographyApi, GrantsApi):
    """One request to KMS. What moto answers rightly is left to moto."""

    def describe_key(self) -> str:
        """Whether the caller may is decided before: moto would read the key policy again."""
        return as_json(**self.kms_backend.describe_key(self.key.id).to_dict())

    def create_key(self) -> str:
        check_tags(self._get_param("Tags", ()))
        return super().create_key()

    def tag_resource(self) -> str:
        check_tags(self._get_param("Tags", ()))
        return super().tag_resource()

    # Aliases

    def create_alias(self) -> str:
        """Recorded: test_create_alias."""
        if not str(self._get_param("AliasName", "")).startswith("alias/"):
            raise invalid_request(
                'Alias must start with the prefix "alias/". Please see '
                "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
            )
        self._refuse_reserved()
        return super().create_alias()

    def update_alias(self) -> str:
        self._refuse_reserved()
        return super().update_alias()

    def delete_alias(self) -> str:
        self._refuse_reserved()
        return super().delete_alias()

    def _refuse_reserved(self) -> None:
        """API CreateAlias: the prefix is for the keys that AWS manages."""
        if str(self._get_param("AliasName", "")).startswith(managed_keys.PREFIX):
            raise KmsException("NotAuthorizedException")

    # Deletion

    def schedule_key_deletion(self) -> str:
        days = self._number("PendingWindowInDays") or 30
        if not 7 <= days <= 30:
            raise out_of_range(days, "pendingWindowInDays", 7, 30)
        self.kms_backend.schedule_key_deletion(self.key.id, days)
        return as_json(
            KeyId=self.key.arn,
            DeletionDate=unix_time(self.key.deletion_date),
            KeyState=self.key.key_state,
            PendingWindowInDays=days,
        )

    def cancel_key_deletion(self) -> str:
        self.kms_backend.cancel_key_deletion(self.key.id)
        return as_json(KeyId=self.key.arn)

    # Rotation

    def enable_key_rotation(self) -> str:
        days = self._number("RotationPeriodInDays") or 365
        if not 90 <= days <= 2560:
            raise out_of_range(days, "rotationPeriodInDays", 90, 2560)
        self._rotatable().rotate_every(days)
        return as_json()

    def disable_key_rotation(self) -> str:
        self._rotatable().rotation = None
        return as_json()

    def get_key_rotation_status(self) -> str:
        rotation = self.key.rotation
        if rotation is None:
            return as_json(KeyId=self.key.arn, KeyRotationEnabled=False)
        return as_json(
            KeyId=self.key.arn,
            KeyRotationEnabled=True,
            RotationPeriodInDays=rotation.period_days,
            NextRotationDate=START.timestamp() + rotation.next_at / SECOND,
        )

    def rotate_key_on_demand(self) -> str:
        """At once; AWS takes a moment, in which the old material goes on encrypting."""
        self._rotatable().rotate("ON_DEMAND")
        return as_json(KeyId=self.key.arn)

    def _rotatable(self) -> Key:
        """The key, if it has material that KMS can replace."""
        if not self.key.is_symmetric:
            raise KmsException("UnsupportedOperationException")
        return self.key


def check_tags(tags: Sequence[dict[str, str]]) -> None:
    """Refuse tags that no key can have (API Tag; the words are recorded).

    Raises:
        KmsException: ValidationException or TagException.
    """
    for number, tag in enumerate(tags, 1):
        for part, longest in _LONGEST_IN_TAGS.items():
            if len(text := tag.get(part, "")) > longest:
                name = f"tags.{number}.member.{part[0].lower()}{part[1:]}"
                raise invalid_request(
                    f"1 validation error detected: Value '{text}' at '{name}' failed to satisfy "
                    f"constraint: Member must have length less than or equal to {longest}"
                )
    keys = [tag.get("TagKey", "") for tag in tags]
    if any(key.lower().startswith("aws:") for key in keys):
        raise KmsException("TagException", "Tags beginning with aws: are reserved")
    if len(set(keys)) != len(keys):
        raise KmsException("TagException", "Duplicate tag keys")
    if len(keys) > _MOST_TAGS:
        raise KmsException("TagException", "Too many tags")
