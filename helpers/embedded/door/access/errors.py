"""What is wrong with a policy, in the words of the parser that IAM, KMS and S3 share."""

from __future__ import annotations


class MalformedPolicy(ValueError):
    """The document is no policy; the message is AWS's reason."""


class InvalidPrincipal(MalformedPolicy):
    """It names somebody who cannot be named, or who does not exist."""

    def __init__(self, kind: str, who: object) -> None:
        super().__init__(f'Invalid principal in policy: "{kind.upper()}":"{who}"')
