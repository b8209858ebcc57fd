"""No request reaches an account that is not confirmed: whoever makes the client, and when."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import botocore.auth
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.httpsession import URLLib3Session

from helpers import lab as lab_module
from helpers import open_lab
from helpers.__main__ import main
from helpers.aws import door
from helpers.aws.real_account import NotConfirmed, RealAccount
from helpers.embedded.door import service_models

from .fake_aws import OURS, THEIRS, FakeAws, key_of, serve

ROOT = Path(__file__).parents[2]
REFUSALS = (door.DoorShut, door.NotConfirmed, door.NotInCourse)
Send = Callable[[], Any]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeAws]:
    with serve() as fake:
        yield fake


@pytest.fixture
def aws(server: FakeAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeAws]:
    """The server as what this process takes for AWS, and a door in front of it."""
    lab_module._leave_embedded_account()
    service_models.share()  # only quicker
    server.seen.clear()
    server.lacking.clear()
    config = tmp_path / "config"
    config.write_text(
        "".join(
            f"[profile {name}]\nregion = us-east-1\naws_access_key_id = AKIA{account}P\n"
            "aws_secret_access_key = secret\n"
            for name, account in (("ours", OURS), ("theirs", THEIRS))
        )
    )
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server.address,
        "LAB_ACCOUNT_ID": OURS,
        "LAB_ID": "anna",
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
    }.items():
        monkeypatch.setenv(name, value)
    set_keys(OURS)
    boto3.DEFAULT_SESSION = None
    door.shut()  # as the first import does with LAB=aws
    yield server
    door.lift()
    service_models.unshare()
    boto3.DEFAULT_SESSION = None


def set_keys(account: str, letter: str = "A") -> None:
    """The keys of the environment; `aws` puts back what was there."""
    key = key_of(account, letter)
    os.environ["AWS_ACCESS_KEY_ID"] = key["aws_access_key_id"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = key["aws_secret_access_key"]


def create_by(client: Any) -> Send:
    return lambda: client.create_queue(QueueName="orders")


def by_profile(account: str) -> Send:
    profile = "ours" if account == OURS else "theirs"
    session = boto3.Session(profile_name=profile)
    return create_by(session.client("sqs"))


def by_raw_session(account: str) -> Send:
    session = botocore.session.Session()
    key = key_of(account)
    session.set_credentials(key["aws_access_key_id"], key["aws_secret_access_key"])
    return create_by(session.create_client("sqs"))


def in_thread(send: Send) -> Send:
    def run() -> None:
        raised: list[BaseException] = []

        def work() -> None:
            try:
                send()
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if raised:
            raise raised[0]

    return run


def in_fork(send: Send) -> Send:
    def run() -> None:
        child = multiprocessing.get_context("fork").Process(target=_try, args=(send,))
        child.start()
        child.join()
        if child.exitcode:
            raise door.DoorShut("in a child")

    return run


def _try(send: Send) -> None:
    try:
        send()
    except REFUSALS:
        os._exit(1)
    os._exit(0)


def by_hand(account: str) -> Send:
    """Signed without a client, and sent as botocore sends."""

    def send() -> Any:
        request = AWSRequest("POST", f"{os.environ['AWS_ENDPOINT_URL']}/", data=b"{}")
        request.headers["X-Amz-Target"] = "AmazonSQS.CreateQueue"
        credentials = boto3.Session(**key_of(account)).get_credentials()
        botocore.auth.SigV4Auth(credentials, "sqs", "us-east-1").add_auth(request)
        return URLLib3Session().send(request.prepare())

    return send


def by_presigned_url(account: str) -> Send:
    s3 = boto3.client("s3", **key_of(account))

    def send() -> Any:
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
        return URLLib3Session().send(AWSRequest("GET", url).prepare())

    return send


def to_other_region(account: str) -> Send:
    return create_by(boto3.client("sqs", region_name="eu-west-1", **key_of(account)))


def unsigned(account: str) -> Send:
    return create_by(boto3.client("sqs", config=Config(signature_version=UNSIGNED)))


def to_other_endpoint(account: str) -> Send:
    port = os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2]
    return create_by(
        boto3.client("sqs", endpoint_url=f"http://localhost:{port}", **key_of(account))
    )


WAYS: dict[str, Callable[[str], Send]] = {
    "keys": lambda account: create_by(boto3.client("sqs", **key_of(account))),
    "profile": by_profile,
    "session": lambda account: create_by(boto3.Session(**key_of(account)).client("sqs")),
    "resource": lambda account: create_by(boto3.resource("sqs", **key_of(account))),
    "botocore session": by_raw_session,
    "thread": lambda account: in_thread(create_by(boto3.client("sqs", **key_of(account)))),
    "forked child": lambda account: in_fork(create_by(boto3.client("sqs", **key_of(account)))),
    "other Region": to_other_region,
    "unsigned": unsigned,
    "presigned": by_presigned_url,
    "by hand": by_hand,
    "other endpoint": to_other_endpoint,
}
NEVER = {"forked child", "other Region", "unsigned", "presigned", "by hand", "other endpoint"}
"""Not even with the lab's own keys."""

STATES = ("not opened", "refused", "open", "closed", "rotated")


def enter(state: str) -> None:
    match state:
        case "refused":
            os.environ["LAB_ACCOUNT_ID"] = THEIRS
            with pytest.raises(NotConfirmed, match=f"belong to account {OURS}"):
                open_lab("aws")
        case "open":
            open_lab("aws")
        case "closed":
            open_lab("aws").close()
        case "rotated":
            open_lab("aws")
            set_keys(THEIRS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_reaches_an_account_that_is_not_confirmed(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch, way: str, state: str
) -> None:
    monkeypatch.setenv("LAB", "aws")
    make = WAYS[way]
    before = {account: make(account) for account in (OURS, THEIRS)}
    enter(state)
    asked = aws.questions
    assert asked == (state != "not opened"), "STS is asked once by the lab"
    after = {account: make(account) for account in (OURS, THEIRS)}
    for each in (before, after):
        with pytest.raises(REFUSALS):
            each[THEIRS]()
        if state in ("open", "rotated") and way not in NEVER:
            each[OURS]()
        else:
            with pytest.raises(REFUSALS):
                each[OURS]()
    assert not aws.of(THEIRS)
    assert not aws.of("")
    sent = [each.body for each in aws.of(OURS)]
    assert len(sent) == (2 if state in ("open", "rotated") and way not in NEVER else 0)
    assert all('"anna-orders"' in body and '"lab"' in body for body in sent)
    new_keys = aws.questions - asked
    assert new_keys <= 2, "each key is asked about once"
    if state not in ("open", "rotated"):
        assert new_keys == 0


PROGRAM = """
import boto3
try:
    boto3.client("sqs").create_queue(QueueName="orders")
except RuntimeError as error:
    print(type(error).__name__)
else:
    print("sent")
"""


@pytest.mark.parametrize("account", [OURS, THEIRS])
@pytest.mark.parametrize("state", ["not opened", "open", "closed"])
def test_programs_that_are_started_meet_a_door_that_is_shut(
    aws: FakeAws, tmp_path: Path, state: str, account: str
) -> None:
    """Though they know nothing of the course. What they had of their own runs as before."""
    enter(state)
    set_keys(account)
    (tmp_path / "sitecustomize.py").write_text("print('own')")
    found = [os.environ["PYTHONPATH"], str(tmp_path)]
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(found)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["own", "DoorShut"]
    assert not aws.of(OURS)
    assert not aws.of(THEIRS)


def test_when_the_door_is_gone_programs_are_as_before(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.lift()
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    door.shut()
    assert os.environ["PYTHONPATH"] == os.pathsep.join([door.CHILDREN, "/somewhere"])
    door.lift()
    assert os.environ["PYTHONPATH"] == "/somewhere"


@pytest.mark.parametrize("old", [True, False], ids=["old session", "new session"])
def test_rotated_keys_are_asked_about(aws: FakeAws, old: bool) -> None:
    """Sessions find keys once; a new one finds the new ones."""
    session = boto3.Session()
    session.client("sqs")
    with RealAccount():
        session.client("sqs").create_queue(QueueName="a")
        set_keys(THEIRS)
        client = session.client("sqs") if old else boto3.Session().client("sqs")
        with suppress(NotConfirmed):
            client.create_queue(QueueName="b")
        set_keys(OURS, "B")
        boto3.Session().client("sqs").create_queue(QueueName="c")
        assert len(aws.of(OURS)) == (3 if old else 2)
    assert not aws.of(THEIRS)


def test_a_lab_that_follows_has_the_door_to_itself(aws: FakeAws) -> None:
    sqs = boto3.client("sqs")
    first = RealAccount(lab_id="anna")
    second = RealAccount(lab_id="ben")
    first.close()  # is closed already, and does not shut the other's door
    sqs.create_queue(QueueName="orders")
    assert '"ben-orders"' in aws.of(OURS)[0].body
    second.close()
    with pytest.raises(door.DoorShut):
        sqs.create_queue(QueueName="orders")


def test_a_call_does_not_outlive_its_lab(aws: FakeAws) -> None:
    """What was prepared for one lab is not sent for the next."""
    sqs = boto3.client("sqs")
    first = RealAccount(lab_id="anna")

    def change_labs(**_: Any) -> None:
        first.close()
        RealAccount(lab_id="ben")

    sqs.meta.events.register("before-send", change_labs)
    with pytest.raises(door.DoorShut, match="closed meanwhile"):
        sqs.create_queue(QueueName="orders")
    assert not aws.of(OURS)


def test_keys_are_asked_about_where_the_lab_is(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the environment says by then."""
    with RealAccount():
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")  # nobody listens
        boto3.client("sqs", **key_of(OURS, "B")).create_queue(QueueName="orders")
        with pytest.raises(NotConfirmed, match=THEIRS):
            boto3.client("sqs", **key_of(THEIRS)).create_queue(QueueName="orders")


def test_seeing_all_is_one_threads(aws: FakeAws) -> None:
    """While one looks by tags, what others make still has a prefix."""
    with RealAccount() as lab, lab.seeing_all():
        boto3.client("sqs").create_queue(QueueName="plain")
        in_thread(create_by(boto3.client("sqs")))()
    assert ['"anna-' in each.body for each in aws.of(OURS)] == [False, True]


def test_a_lab_may_be_opened_by_a_role_that_another_account_assumes(aws: FakeAws) -> None:
    """Whoever works so has keys of one account for all of them. They get no further here."""
    with Path(os.environ["AWS_CONFIG_FILE"]).open("a") as config:
        for name, source in (("role", "theirs"), ("late", "ours")):
            config.write(
                f"[profile {name}]\nregion = us-east-1\nsource_profile = {source}\n"
                f"role_arn = arn:aws:iam::{OURS}:role/learner\n"
            )
    with RealAccount(profile="role"):
        boto3.client("sqs").create_queue(QueueName="orders")
        assert [each.operation for each in aws.of(OURS)] == ["CreateQueue"]
        with pytest.raises(NotConfirmed, match=f"belong to account {THEIRS}"):
            boto3.client("sts", **key_of(THEIRS)).assume_role(
                RoleArn=f"arn:aws:iam::{OURS}:role/anna-r", RoleSessionName="session"
            )
        with pytest.raises(NotConfirmed, match="A role was not assumed"):
            boto3.Session(profile_name="late").client("sqs").create_queue(QueueName="orders")
    assert [each.operation for each in aws.of(THEIRS)] == ["AssumeRole"], "when it was opened"


CHILD = """
import boto3, sys
old = boto3.client("sqs")  # before anything of the course is imported
import helpers
from helpers.aws import door
for step in ("import", "open", "close"):
    if step == "open":
        lab = helpers.open_lab()
    if step == "close":
        lab.close()
    for client in (old, boto3.client("sqs")):
        try:
            client.create_queue(QueueName="orders")
        except door.DoorShut:
            print(step, "shut")
        else:
            print(step, "sent")
"""


def test_the_door_is_shut_from_the_first_import_on(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB", "aws")
    told = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [line for line in told.stdout.splitlines() if line.endswith(("shut", "sent"))] == [
        *["import shut"] * 2,
        *["open sent"] * 2,
        *["close shut"] * 2,
    ]
    assert len(aws.of(OURS)) == 2
    assert aws.questions == 1


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("iam", "create_user", {"UserName": "u"}),
        ("iam", "create_group", {"GroupName": "g"}),
        ("iam", "create_policy", {"PolicyName": "p", "PolicyDocument": "{}"}),
        ("events", "put_rule", {"Name": "r"}),
        ("scheduler", "delete_schedule", {"Name": "s"}),
        ("ssm", "delete_parameter", {"Name": "p"}),
        ("secretsmanager", "delete_secret", {"SecretId": "s"}),
        ("ec2", "terminate_instances", {"InstanceIds": ["i-1"]}),
        ("rds", "delete_db_instance", {"DBInstanceIdentifier": "d"}),
        ("sqs", "untag_queue", {"QueueUrl": "u", "TagKeys": ["lab"]}),
        ("lambda", "add_permission", {"FunctionName": "f", "StatementId": "s", "Action": "a",
                                      "Principal": "p"}),
        ("kms", "list_keys", {}),
    ],
)  # fmt: skip
def test_what_the_course_does_not_use_is_refused(
    aws: FakeAws, service: str, operation: str, params: dict[str, Any]
) -> None:
    with RealAccount():
        client = boto3.client(service)
        with pytest.raises(door.NotInCourse, match="use another kernel, without LAB=aws"):
            getattr(client, operation)(**params)
    assert not aws.of(OURS)


def test_all_that_is_missing_is_told_at_once(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LAB_ACCOUNT_ID", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name)
    assert main(["--lab", "aws", "clean"]) == 2
    told = capsys.readouterr().err
    for words in (
        "LAB_ACCOUNT_ID is not set",
        "AWS_DEFAULT_REGION is not set",
        "No credentials are found",
        "AWS_PROFILE",
        "run the same again",
    ):
        assert words in told
    monkeypatch.setenv("LAB_ACCOUNT_ID", "my-account")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(NotConfirmed, match=r"(?s)'my-account', not a number.*\(nobody\)"):
        open_lab("aws")
    assert not aws.seen


def test_an_endpoint_says_beforehand_what_it_lacks(
    aws: FakeAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.lacking |= {"ReEncrypt", "RotateKeyOnDemand"}
    with open_lab("aws"):
        told = capsys.readouterr().out
    assert "This endpoint lacks ReEncrypt of kms (the bank's signing secret: notebooks" in told
    assert "StartMessageMoveTask" not in told
    assert main(["--lab", "aws", "run"]) == 2
    assert "No bank can be built on this endpoint: it lacks ReEncrypt" in capsys.readouterr().err
    assert not aws.of(OURS), "nothing was made"


def test_aiobotocore_is_refused(aws: FakeAws) -> None:
    asynchronous = pytest.importorskip("aiobotocore.session")
    asyncio = pytest.importorskip("asyncio")

    async def send() -> None:
        async with asynchronous.get_session().create_client("sqs") as client:
            await client.create_queue(QueueName="orders")

    with RealAccount(), pytest.raises(door.NotInCourse, match="aiobotocore was not sent"):
        asyncio.run(send())
    assert not aws.of(OURS)
