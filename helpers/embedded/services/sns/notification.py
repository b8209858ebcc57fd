"""What a topic's subscribers receive: a signed document around the message.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from moto.sns.models import Subscription

from helpers.embedded.services.sns.publishing import Publication

_CERTIFICATE = "SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"


class Notification(NamedTuple):
    """A publication on its way to one subscriber."""

    subscription: Subscription
    publication: Publication
    message_id: str
    timestamp: str
    """Of the publication: 2026-01-05T09:00:00.000Z."""
    sequence_number: str | None
    """Of a FIFO topic."""

    @property
    def message(self) -> str:
        return self.publication.message_for(self.subscription.protocol)

    def document(self, certificate: str = "SigningCertURL") -> dict[str, Any]:
        """Notifications of FIFO topics have a number and no signature."""
        topic = self.subscription.topic
        url = f"https://sns.{topic.sns_backend.region_name}.amazonaws.com/"
        document: dict[str, Any] = {"Type": "Notification", "MessageId": self.message_id}
        if self.sequence_number:
            document["SequenceNumber"] = self.sequence_number
        document["TopicArn"] = topic.arn
        if self.publication.subject is not None:
            document["Subject"] = self.publication.subject
        document |= {"Message": self.message, "Timestamp": self.timestamp}
        if not self.sequence_number:
            version = str(getattr(topic, "signature_version", "1"))
            document |= {
                "SignatureVersion": version,
                "Signature": _sign(document, version),
                certificate: url + _CERTIFICATE,
            }
        unsubscribe = f"{url}?Action=Unsubscribe&SubscriptionArn={self.subscription.arn}"
        document["UnsubscribeURL"] = unsubscribe
        if self.publication.attributes:
            document["MessageAttributes"] = self.publication.attributes
        return document

    def as_body(self) -> str:
        """The body of a message in a queue."""
        return json.dumps(self.document(), indent=2, separators=(",", " : "), ensure_ascii=False)

    def as_event(self) -> str:
        """The event of a function."""
        document = {"Subject": None, "MessageAttributes": {}} | self.document("SigningCertUrl")
        document["UnsubscribeUrl"] = document.pop("UnsubscribeURL")
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": self.subscription.arn,
            "Sns": document,
        }
        return json.dumps({"Records": [record]})


def _sign(document: dict[str, Any], version: str) -> str:
    """Version 1 signs with SHA-1, version 2 with SHA-256. Modelled: the key is this process's
    own, and its certificate is nowhere to be had."""
    signed = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    text = "".join(f"{name}\n{document[name]}\n" for name in signed if name in document)
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()
    return b64encode(_key().sign(text.encode(), padding.PKCS1v15(), digest)).decode()


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
