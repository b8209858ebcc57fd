"""Notebook 08: its exercises, the loads it compares, and what it compares queues with."""

import boto3
import pytest

from helpers import Lab, open_lab
from helpers.bank.queues import find_queue, measure_depth
from helpers.checks import choose_and_grow as checks
from helpers.deploying import tags
from helpers.experiments import alternatives, workload

# Modify: only the large payments.

PAYMENT = {"kind": ["payment"]}


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        (..., "Not attempted yet"),
        ({"body": PAYMENT}, "Not attempted yet"),
        ({"body": {**PAYMENT, "amount": [{"numeric": [">=", 1000]}]}}, "Right: the payments"),
        ({"body": {**PAYMENT, "amount": [{"numeric": [">", 1000]}]}}, "Not yet: 1 of 6"),
        ({"body": {"amount": [{"numeric": [">=", 1000]}]}}, "Not yet: 5 of 6 messages came"),
        ({"body": {**PAYMENT, "amount": [{"numeric": ["<", 1000.5]}]}}, "Right"),
        ({"body": {**PAYMENT, "amount": [{"numeric": [">", 0]}]}}, "Not yet: 3 of 6 messages"),
        ({"body": {**PAYMENT, "amount": [{"numeric": [">>", 1]}]}}, "Not yet: AWS refuses it."),
        (PAYMENT, "A pattern begins with"),
    ],
    ids=str,
)
def test_pattern(lab: Lab, pattern: object, answer: str) -> None:
    workload.create_clerk(lab, per_invocation=0, per_message=0.1)
    assert checks.check_pattern(lab, pattern).startswith(answer)


# Make: orders for two accounts. Each case: (message group, body) in the order of sending.

OPEN, CLOSE, OTHER = checks.ORDERS


def send_orders(lab: Lab, *orders: tuple[str, str]) -> str:
    (queue,) = alternatives.create_queues(lab, checks.ORDERS_QUEUE)
    for group, body in orders:
        boto3.client("sqs").send_message(
            QueueUrl=queue.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body
        )
    return queue.url


@pytest.mark.parametrize(
    ("orders", "answer"),
    [
        ([("1", OPEN), ("1", CLOSE), ("2", OTHER)], "Right: two groups"),
        ([("2", OTHER), ("1", OPEN), ("1", CLOSE)], "Right: two groups"),
        ([("1", OPEN), ("1", CLOSE)], "Not yet: the queue holds 2 messages"),
        ([("1", OPEN), ("1", CLOSE), ("1", OTHER)], "Not yet: all are in one group"),
        ([("1", OPEN), ("3", CLOSE), ("2", OTHER)], "Not yet: HB-1001 is in two groups"),
        ([("1", OPEN), ("2", CLOSE), ("2", OTHER)], "Not yet: a group holds the orders of two"),
        ([("1", CLOSE), ("1", OPEN), ("2", OTHER)], "Not yet: HB-1001 is closed before"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_orders(lab: Lab, orders: list[tuple[str, str]], answer: str) -> None:
    send_orders(lab, *orders)
    assert checks.check_orders().startswith(answer)
    assert checks.check_orders().startswith(answer), "looking changed what there is to see"


def test_orders_that_cannot_be_seen(lab: Lab) -> None:
    assert checks.check_orders().startswith("Not attempted yet")
    url = send_orders(lab, ("1", OPEN))
    boto3.client("sqs").receive_message(QueueUrl=url)
    assert "in flight; let 30 s pass" in checks.check_orders()


# Loads.


def test_load_of_which_everything_is_known(lab: Lab) -> None:
    """Ten messages, one call, one batch of 0.5 + 10 x 0.1 s."""
    workload.create_clerk(lab, per_invocation=0.5, per_message=0.1)
    load = workload.run_load(lab, 10, 10, BatchSize=10)
    assert (load.messages, load.invocations) == (10, 1)
    # Message n is done 0.5 + 0.1 n after the start, which a cold start delays.
    assert load.longest - load.waited == pytest.approx(0.45, abs=0.01)
    assert 1.5 <= load.longest < 2.5
    # 3 requests to SQS, 1 to Lambda, 1.5 s of 1/8 GB; for each of ten messages, in 10^-6 USD.
    assert load.cents == pytest.approx((3 * 0.4 + 0.2 + 1.5 / 8 * 16.6667) / 10 * 100, abs=0.6)


@pytest.mark.parametrize(("groups", "seconds"), [(1, 20), (4, 5)])
def test_groups_of_a_fifo_queue_are_worked_on_side_by_side(
    lab: Lab, groups: int, seconds: float
) -> None:
    workload.create_clerk(lab, per_invocation=0, per_message=1)
    load = workload.run_load(lab, 20, 20, groups, BatchSize=1)
    assert seconds <= load.seconds < seconds + 1
    assert load.busy == pytest.approx(groups, rel=0.1)


def test_littles_law(lab: Lab) -> None:
    workload.create_clerk(lab, per_invocation=0, per_message=2)
    assert workload.run_load(lab, 120, 4, BatchSize=1).busy == pytest.approx(8, rel=0.06)


def test_concurrency_has_no_price(lab: Lab) -> None:
    workload.create_clerk(lab, per_invocation=0, per_message=1)
    two, four = (
        workload.run_load(lab, 40, 4, BatchSize=1, ScalingConfig={"MaximumConcurrency": limit})
        for limit in (2, 4)
    )
    assert two.waited > 2 * four.waited
    assert two.cents == four.cents


def test_load_leaves_nothing_and_says_what_is_missing(lab: Lab) -> None:
    with pytest.raises(LookupError, match="Run the cell with create_clerk first"):
        workload.run_load(lab, 1, 1)
    with pytest.raises(ValueError, match="1 message or more"):
        workload.run_load(lab, 0, 1)
    workload.create_clerk(lab, per_invocation=0, per_message=2)
    with pytest.raises(TimeoutError, match=r"Waited 3 s until course-load\.fifo is empty"):
        workload.run_load(lab, 10, 10, groups=1, limit=3, BatchSize=1)
    assert find_queue(f"{workload.QUEUE}.fifo") is None
    assert workload.delete_clerk() == [workload.CLERK, workload.ROLE]
    lab.advance(seconds=3)  # a mapping is Deleting for a moment
    assert boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
    assert workload.delete_clerk() == []


# Alternatives.


def test_topic_copies_and_queue_shares(lab: Lab) -> None:
    sns = boto3.client("sns")
    queues = alternatives.create_queues(lab, "a", "b")
    topic = sns.create_topic(Name="t", Tags=tags.AS_LIST)["TopicArn"]
    for _ in range(2):
        alternatives.subscribe_queues(topic, queues)
    sns.publish(TopicArn=topic, Message="hello")
    assert [alternatives.take_messages(queue.url, 10) for queue in queues] == [["hello"]] * 2
    assert [measure_depth(queue.url).total for queue in queues] == [0, 0]


def test_stream_keeps_what_was_read(lab: Lab) -> None:
    for _ in range(2):
        alternatives.create_stream("s")
    boto3.client("kinesis").put_record(StreamName="s", Data=b"hello", PartitionKey="p")
    assert alternatives.read_stream("s") == alternatives.read_stream("s") == ["hello"]


def test_queue_is_empty_when_created_again(lab: Lab) -> None:
    for _ in range(2):
        (queue,) = alternatives.create_queues(lab, "q")
        assert measure_depth(queue.url).total == 0
        boto3.client("sqs").send_message(QueueUrl=queue.url, MessageBody="x")


def test_shuffled_queue_gives_each_message_once() -> None:
    with open_lab(standard_order="shuffled") as lab:
        url = alternatives.create_queues(lab, "q")[0].url
        sent = [str(number) for number in range(20)]
        for body in sent:
            boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)
        taken = alternatives.take_messages(url, 25)
        assert taken != sent
        assert sorted(taken) == sorted(sent)


def test_only_what_the_course_created_is_deleted(lab: Lab) -> None:
    boto3.client("sqs").create_queue(QueueName="q")
    boto3.client("sns").create_topic(Name="t")
    boto3.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    assert alternatives.delete_alternatives("q", "t", "s", "none") == []
    alternatives.create_queues(lab, "own")
    boto3.client("sns").create_topic(Name="own", Tags=tags.AS_LIST)
    alternatives.create_stream("own")
    assert alternatives.delete_alternatives("own") == ["own"]
    assert find_queue("own") is None
    assert len(boto3.client("sns").list_topics()["Topics"]) == 1
    assert boto3.client("kinesis").list_streams()["StreamNames"] == ["s"]


# Only some of them


def test_a_filter_deletes_what_it_does_not_match(lab: Lab) -> None:
    mixed = [{"kind": kind} for kind in ("payment", "statement", "payment")]
    with pytest.raises(LookupError, match="Run the cell with create_clerk first"):
        workload.try_filter(lab, {"body": {"kind": ["payment"]}}, mixed)
    workload.create_clerk(lab, per_invocation=0, per_message=0)
    only = workload.try_filter(lab, {"body": {"kind": ["payment"]}}, mixed)
    assert only == {"sent": 3, "worked on": 2, "in the queue": 0}
    every = workload.try_filter(lab, {"body": {"kind": [{"exists": True}]}}, mixed)
    assert every == {"sent": 3, "worked on": 3, "in the queue": 0}
    assert find_queue(workload.QUEUE) is None
    assert checks.judge("filtered", "c").startswith("Right")
    assert not checks.judge("filtered", "a").startswith("Right")
