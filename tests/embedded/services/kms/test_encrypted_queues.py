"""Queues that encrypt: what is kept, who may send and receive, and when the key is asked.

SDG sqs-key-management and sqs-server-side-encryption.
"""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.sqs.cipher import Sealed
from helpers.embedded.services.sqs.queue import Queue
from tests.embedded.conftest import deploy_function
from tests.embedded.door.access.test_decisions import session, statement
from tests.embedded.services.kms.conftest import create_key
from tests.embedded.services.lambda_.event_source.test_event_source import (
    connect,
    create_queue,
    with_dead_letters,
)
from tests.embedded.services.sqs.conftest import (
    Refusal,
    arn,
    bodies,
    counts,
    receive,
    refusal,
    send,
)
from tests.embedded.services.sqs.test_query_protocol import ask

SECRET = "pay 12.50 to account 7"
DAY = 86_400
GENERATE, DECRYPT = "kms:GenerateDataKey", "kms:Decrypt"
Make = Callable[..., str]


@pytest.fixture
def key(kms: Any) -> str:
    return create_key(kms)


@pytest.fixture
def url(make: Make, key: str) -> str:
    """A queue that is encrypted with `key`; the data key is reused for 300 s."""
    return make(KmsMasterKeyId=key)


def kms_calls(lab: EmbeddedAccount) -> Counter[str]:
    """How often SQS has called KMS, by operation."""
    happenings = lab.trace()
    return Counter(what for what in happenings["what"] if what.startswith("kms:"))


def refusals(sqs: Any, url: str) -> tuple[Refusal, Refusal]:
    """Of a send and of a receive."""
    return refusal_of_send(sqs, url), refusal(sqs.receive_message, QueueUrl=url)


def refusal_of_send(sqs: Any, url: str) -> Refusal:
    return refusal(sqs.send_message, QueueUrl=url, MessageBody="x")


def user(name: str, *actions: str, on: str = "*") -> Any:
    """The SQS client of a user who may do everything on queues, and these actions on a key."""
    more = [statement("Allow", list(actions), on)] if actions else []
    return session(statement("Allow", "sqs:*", "*"), *more, user=name).client("sqs")


# At rest


def at_rest(queue: Queue) -> bytes:
    """Everything that the queue's store keeps."""
    return pickle.dumps([_slots(record) for record in queue._store.records.values()])


def _slots(record: Any) -> dict[str, Any]:
    kept = {name: getattr(record, name) for name in record.__slots__}
    sealed = kept["kept_body"]
    if isinstance(sealed, Sealed) and sealed.envelope is not None:
        envelope = sealed.envelope
        kept["envelope"] = {name: getattr(envelope, name) for name in envelope.__slots__}
        kept["kept_body"] = sealed.nonce_and_text
    return kept


@pytest.mark.parametrize("name", ["queue", "queue.fifo"])
@pytest.mark.parametrize(
    ("attributes", "hidden"),
    [
        ({"KmsMasterKeyId": "KEY"}, True),
        ({"KmsMasterKeyId": "alias/aws/sqs"}, True),
        ({"SqsManagedSseEnabled": "true"}, True),
        ({}, True),
        ({"SqsManagedSseEnabled": "false"}, False),
    ],
    ids=["key", "AWS managed key", "SSE-SQS", "default", "none"],
)
def test_a_body_is_ciphertext_at_rest(
    sqs: Any, make: Make, queue: Any, key: str, name: str, attributes: dict[str, str], hidden: bool
) -> None:
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    ids = {"MessageGroupId": "a", "MessageDeduplicationId": "b"} if fifo else {}
    given = {name: text.replace("KEY", key) for name, text in attributes.items()}
    where = make(name, **given)
    send(sqs, where, SECRET, **ids)
    assert (SECRET.encode() in at_rest(queue(where))) is not hidden
    assert bodies(receive(sqs, where)) == [SECRET]


def test_the_data_key_that_kms_decrypts_opens_what_is_kept(
    sqs: Any, kms: Any, url: str, queue: Any, key: str
) -> None:
    send(sqs, url, SECRET)
    (record,) = queue(url)._store.records.values()
    envelope, kept = record.kept_body
    context = {"aws:sqs:arn": arn(sqs, url)}
    opened = kms.decrypt(CiphertextBlob=envelope.sealed, EncryptionContext=context)
    assert opened["KeyId"] == key
    assert opened["Plaintext"] not in at_rest(queue(url))
    assert AESGCM(opened["Plaintext"]).decrypt(kept[:12], kept[12:], None) == SECRET.encode()
    found = refusal(kms.decrypt, CiphertextBlob=envelope.sealed)
    assert found.code == "InvalidCiphertextException"


def test_no_two_messages_are_sealed_alike(sqs: Any, make: Make, queue: Any) -> None:
    urls = [make(name) for name in ("one", "two")]
    for where in urls:
        send(sqs, where, "same", "same", "same")
    kept = [
        record.kept_body.nonce_and_text
        for where in urls
        for record in queue(where)._store.records.values()
    ]
    assert len({sealed[:12] for sealed in kept}) == len(set(kept)) == 6


# Who may


@pytest.mark.parametrize(
    ("actions", "may_send", "may_receive"),
    [
        ((), False, False),
        ((GENERATE,), False, False),
        ((DECRYPT,), False, True),
        ((GENERATE, DECRYPT), True, True),
        (("kms:Encrypt", DECRYPT), False, True),
        (("kms:*",), True, True),
    ],
)
def test_a_sender_generates_and_decrypts_and_a_receiver_decrypts(
    sqs: Any, url: str, key: str, actions: tuple[str, ...], may_send: bool, may_receive: bool
) -> None:
    send(sqs, url, SECRET)
    who = user("clerk", *actions, on=key)
    if may_receive:
        assert bodies(receive(who, url)) == [SECRET]
    else:
        assert refusal(who.receive_message, QueueUrl=url).code == "KMS.AccessDeniedException"
    if may_send:
        send(who, url, SECRET)
    else:
        assert refusal_of_send(who, url).code == "KMS.AccessDeniedException"


def test_a_denial_tells_what_is_missing(sqs: Any, url: str, key: str) -> None:
    found = refusal_of_send(user("clerk"), url)
    said, _, service = found.message.partition(" (")
    assert found[:2] == ("KMS.AccessDeniedException", "KmsAccessDenied")
    assert found.status == 400
    assert said == (
        "User: arn:aws:iam::123456789012:user/clerk is not authorized to perform: "
        f"kms:GenerateDataKey on resource: {key} because no identity-based policy allows the "
        "kms:GenerateDataKey action"
    )
    assert service.startswith("Service: AWSKMS; Status Code: 400; Error Code: AccessDenied")


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"kms:ViaService": "sqs.us-east-1.amazonaws.com"}, True),
        ({"kms:ViaService": "lambda.us-east-1.amazonaws.com"}, False),
        ({"kms:EncryptionContext:aws:sqs:arn": "QUEUE"}, True),
        ({"kms:EncryptionContext:aws:sqs:arn": "another"}, False),
    ],
)
def test_a_permission_can_be_for_one_queue_only(
    sqs: Any, url: str, condition: dict[str, str], allowed: bool
) -> None:
    wanted = {name: text.replace("QUEUE", arn(sqs, url)) for name, text in condition.items()}
    use = statement("Allow", "kms:*", "*", Condition={"StringEquals": wanted})
    who = session(statement("Allow", "sqs:*", "*"), use).client("sqs")
    if allowed:
        send(who, url, SECRET)
    else:
        assert refusal_of_send(who, url).code == "KMS.AccessDeniedException"


def test_the_aws_managed_key_is_for_everybody_who_may_use_sqs(sqs: Any, make: Make) -> None:
    url = make(KmsMasterKeyId="alias/aws/sqs")
    who = user("clerk")
    send(who, url, SECRET)
    assert bodies(receive(who, url)) == [SECRET]


def test_a_reader_of_dead_letters_needs_the_key_of_the_source(sqs: Any, kms: Any) -> None:
    source_key, dead_key = create_key(kms), create_key(kms)
    url, dead = with_dead_letters(1, KmsMasterKeyId=source_key, VisibilityTimeout="0")
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"KmsMasterKeyId": dead_key})
    send(sqs, url, SECRET)
    assert bodies(receive(sqs, url)) == [SECRET]
    assert receive(sqs, url) == []
    of_dead = user("one", DECRYPT, on=dead_key)
    assert refusal(of_dead.receive_message, QueueUrl=dead).code == "KMS.AccessDeniedException"
    assert bodies(receive(user("two", DECRYPT, on=source_key), dead)) == [SECRET]


def test_a_grant_opens_the_queue(sqs: Any, kms: Any, url: str, key: str) -> None:
    who, name = user("clerk"), "arn:aws:iam::123456789012:user/clerk"
    assert refusal_of_send(who, url).code == "KMS.AccessDeniedException"
    grant = kms.create_grant(
        KeyId=key, GranteePrincipal=name, Operations=["GenerateDataKey", "Decrypt"]
    )
    send(who, url, SECRET)
    assert bodies(receive(who, url)) == [SECRET]
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    other = create_queue("other", KmsMasterKeyId=key)
    assert refusal_of_send(who, other).code == "KMS.AccessDeniedException"


@pytest.mark.parametrize("named", [True, False])
def test_sns_needs_a_word_in_the_key_s_policy(
    lab: EmbeddedAccount, sqs: Any, kms: Any, named: bool
) -> None:
    account = "arn:aws:iam::123456789012:root"
    delegate = statement("Allow", "kms:*", "*", Principal={"AWS": account})
    deliver = statement(
        "Allow", [GENERATE, DECRYPT], "*", Principal={"Service": "sns.amazonaws.com"}
    )
    key = create_key(kms)
    url = create_queue(KmsMasterKeyId=key)
    service = {"Service": "sns.amazonaws.com"}
    opening = statement("Allow", "sqs:SendMessage", arn(sqs, url), Principal=service)
    sqs.set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [opening]})}
    )
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn(sqs, url))
    sns.publish(TopicArn=topic, Message="before")
    source = topic if named else "arn:aws:sns:us-east-1:123456789012:another"
    deliver["Condition"] = {"ArnEquals": {"aws:SourceArn": source}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [delegate, deliver]})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    sns.publish(TopicArn=topic, Message="after")
    received = [json.loads(body)["Message"] for body in bodies(receive(sqs, url))]
    assert received == (["after"] if named else [])


# When the key is asked


def test_a_data_key_is_reused_for_its_period(lab: EmbeddedAccount, sqs: Any, url: str) -> None:
    """R = (B / D) * (2 * P + C): a sender costs two calls a period, a receiver one."""
    for _ in range(4):
        for _ in range(10):
            send(sqs, url, "x")
            (message,) = receive(sqs, url, 1)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            lab.advance(30)
    assert kms_calls(lab) == {GENERATE: 4, DECRYPT: 4 + 4}


@pytest.mark.parametrize("period", [60, 86_400])
def test_the_period_is_the_queue_s(
    lab: EmbeddedAccount, sqs: Any, make: Make, key: str, period: int
) -> None:
    url = make(KmsMasterKeyId=key, KmsDataKeyReusePeriodSeconds=period)
    for pause, generated in ((period - 1, 1), (1, 1), (period, 2), (0, 3)):
        send(sqs, url, "x")
        assert kms_calls(lab)[GENERATE] == generated
        lab.advance(pause)


def test_callers_share_no_data_key_and_sessions_of_a_role_do(
    lab: EmbeddedAccount, sqs: Any, url: str, key: str
) -> None:
    for name in ("one", "two"):
        send(user(name, GENERATE, DECRYPT, on=key), url, "x")
    assert kms_calls(lab)[GENERATE] == 2
    iam, sts = boto3.client("iam"), boto3.client("sts")
    trust = statement("Allow", "sts:AssumeRole", None, Principal={"AWS": "*"})
    del trust["Resource"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_role_policy(RoleName="role", PolicyArn=everything)
    for name in ("monday", "tuesday"):
        given = sts.assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        who = boto3.Session(*(given[name] for name in names), region_name="us-east-1")
        send(who.client("sqs"), url, "x")
    assert kms_calls(lab)[GENERATE] == 3


def test_opened_data_keys_are_forgotten_when_their_time_is_over(
    lab: EmbeddedAccount, sqs: Any, make: Make, queue: Any, key: str
) -> None:
    url = make(KmsMasterKeyId=key, KmsDataKeyReusePeriodSeconds=60, VisibilityTimeout=0)
    for _ in range(200):
        send(sqs, url, "x")
        lab.advance(60)
        receive(sqs, url)
    assert len(queue(url).cipher._opened) < 100


def test_sse_sqs_asks_no_key(lab: EmbeddedAccount, sqs: Any, make: Make) -> None:
    url = make()
    send(user("clerk"), url, SECRET)
    assert kms_calls(lab) == {}


# A key that cannot be used


@pytest.mark.parametrize(
    ("spoil", "code", "shape", "message"),
    [
        ("disable_key", "KMS.DisabledException", "KmsDisabled", "{key} is disabled."),
        ("schedule_key_deletion", "KMS.InvalidStateException", "KmsInvalidState",
         "{key} is pending deletion."),
    ],
)  # fmt: skip
def test_both_ends_stop_after_the_period_and_go_on_when_the_key_is_back(
    lab: EmbeddedAccount, sqs: Any, kms: Any, url: str, key: str,
    spoil: str, code: str, shape: str, message: str,
) -> None:  # fmt: skip
    send(sqs, url, "first")
    assert bodies(receive(sqs, url, VisibilityTimeout=0)) == ["first"]
    getattr(kms, spoil)(KeyId=key)
    send(sqs, url, "second")
    assert len(receive(sqs, url, VisibilityTimeout=0)) == 2, "the data key may still be reused"
    lab.advance(300)
    for found in refusals(sqs, url):
        assert found[:2] == (code, shape)
        assert found.message.startswith(message.format(key=key) + " (Service: AWSKMS; ")
        assert found.status == 400
    entries = [{"Id": "a", "MessageBody": "x"}]
    assert refusal(sqs.send_message_batch, QueueUrl=url, Entries=entries).code == code
    assert counts(sqs, url) == (2, 0, 0)
    if spoil == "schedule_key_deletion":
        kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    received = receive(sqs, url, MessageSystemAttributeNames=["ApproximateReceiveCount"])
    assert sorted(bodies(received)) == ["first", "second"]
    seen = {each["Body"]: each["Attributes"]["ApproximateReceiveCount"] for each in received}
    assert seen == {"first": "3", "second": "2"}, "refused receives do not count"


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("testKeyId", "KMS.NotFoundException", "Invalid keyId 'testKeyId' ("),
        ("alias/none", "KMS.NotFoundException",
         "Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found. ("),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "KMS.NotFoundException",
         "Key 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab' "
         "does not exist ("),
        ("alias/pair", "KMS.InvalidKeyUsageException",
         "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048. ("),
    ],
)  # fmt: skip
def test_a_key_that_never_could(
    sqs: Any, kms: Any, make: Make, name: str, code: str, message: str
) -> None:
    if name == "alias/pair":
        kms.create_alias(AliasName=name, TargetKeyId=create_key(kms, "RSA_2048"))
    found = refusal(sqs.send_message, QueueUrl=make(KmsMasterKeyId=name), MessageBody="x")
    assert (found.code, found.status) == (code, 400)
    assert found.message.startswith(message)


def test_a_deleted_key_takes_its_messages_along(
    lab: EmbeddedAccount, sqs: Any, kms: Any, url: str, key: str
) -> None:
    send(sqs, url, SECRET)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": str(14 * DAY)})
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    lab.advance(7 * DAY)
    for found in refusals(sqs, url):
        assert found[:2] == ("KMS.NotFoundException", "KmsNotFound")
    assert counts(sqs, url) == (1, 0, 0)


def test_the_query_protocol_has_the_older_code(
    lab: EmbeddedAccount, kms: Any, url: str, key: str
) -> None:
    kms.disable_key(KeyId=key)
    answer = ask(lab, url, "SendMessage", MessageBody="x")
    assert answer.status == 400
    assert b"<Code>KMS.DisabledException</Code>" in answer.body


def test_names_of_a_key_are_as_good_as_its_arn(sqs: Any, kms: Any, make: Make, key: str) -> None:
    alias = "alias/banking-key"
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    names = [key, key.rpartition("/")[2], alias, key.replace(key.split(":")[5], alias)]
    for number, name in enumerate(names):
        url = make(f"queue-{number}", KmsMasterKeyId=name)
        send(sqs, url, SECRET)
        assert bodies(receive(sqs, url)) == [SECRET]


# Messages under several keys


def test_a_backlog_stays_under_the_key_that_it_was_sent_with(
    lab: EmbeddedAccount, sqs: Any, kms: Any, url: str, key: str
) -> None:
    other = create_key(kms)
    send(sqs, url, "old")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": other})
    send(sqs, url, "new")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": ""})
    send(sqs, url, "plain")
    kms.disable_key(KeyId=other)
    assert bodies(receive(sqs, url, VisibilityTimeout=0)) == ["old"]
    kms.disable_key(KeyId=key)
    kms.enable_key(KeyId=other)
    lab.advance(300)
    assert bodies(receive(sqs, url, VisibilityTimeout=0)) == ["new", "plain"]
    assert refusal(sqs.receive_message, QueueUrl=url).code == "KMS.DisabledException"
    kms.enable_key(KeyId=key)
    assert bodies(receive(sqs, url)) == ["old", "new", "plain"]


def test_a_rotated_key_opens_the_backlog(
    lab: EmbeddedAccount, sqs: Any, kms: Any, url: str, key: str
) -> None:
    for text in ("one", "two", "three"):
        send(sqs, url, text)
        kms.rotate_key_on_demand(KeyId=key)
        lab.advance(300)
    assert bodies(receive(sqs, url)) == ["one", "two", "three"]


def test_dead_letters_come_back_under_the_key_of_where_they_go(
    lab: EmbeddedAccount, sqs: Any, kms: Any, queue: Any
) -> None:
    key = create_key(kms)
    url, dead = with_dead_letters(1, KmsMasterKeyId=key, VisibilityTimeout="0")
    send(sqs, url, SECRET)
    receive(sqs, url)
    assert receive(sqs, url) == []
    sqs.start_message_move_task(SourceArn=arn(sqs, dead))
    kms.disable_key(KeyId=key)
    lab.advance(1)
    (task,) = sqs.list_message_move_tasks(SourceArn=arn(sqs, dead))["Results"]
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "KMS.DisabledException")
    assert counts(sqs, dead) == (1, 0, 0)
    kms.enable_key(KeyId=key)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": create_key(kms)})
    sqs.start_message_move_task(SourceArn=arn(sqs, dead))
    lab.advance(1)
    kms.schedule_key_deletion(KeyId=key)
    lab.advance(300)
    assert bodies(receive(sqs, url)) == [SECRET]


# As an event source


def test_a_mapping_stops_with_its_key_and_goes_on_with_it(
    lab: EmbeddedAccount, sqs: Any, kms: Any, url: str, key: str
) -> None:
    deploy_function("def handler(event, context): pass")
    send(sqs, url, "one", "two", "three")
    kms.disable_key(KeyId=key)
    connect(url)
    lab.advance(60)
    assert lab._services.functions is not None
    (mapping,) = lab._services.functions._mappings.all()
    assert mapping.describe()["LastProcessingResult"].startswith(f"PROBLEM: {key} is disabled.")
    assert counts(sqs, url) == (3, 0, 0)
    kms.enable_key(KeyId=key)
    lab.run_until_idle()
    assert counts(sqs, url) == (0, 0, 0)
    assert "LastProcessingResult" not in mapping.describe()


def test_a_dead_letter_that_the_key_keeps_out_is_counted(
    lab: EmbeddedAccount, sqs: Any, kms: Any, url: str, key: str
) -> None:
    target = {"DeadLetterConfig": {"TargetArn": arn(sqs, url)}}
    name = deploy_function("def handler(event, context): raise ValueError", **target)
    kms.disable_key(KeyId=key)
    boto3.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    lab.run_until_idle()
    lab.advance(60)
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="DeadLetterErrors",
        Dimensions=[{"Name": "FunctionName", "Value": name}],
        StartTime=lab.now() - timedelta(hours=1),
        EndTime=lab.now(),
        Period=3600,
        Statistics=["Sum"],
    )
    assert sum(point["Sum"] for point in found["Datapoints"]) == 1
    assert counts(sqs, url) == (0, 0, 0)
