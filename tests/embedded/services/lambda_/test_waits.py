"""Whatever a handler waits with, it waits in lab time: for a process, not for one thread."""

from __future__ import annotations

import os
import textwrap
import time
from typing import Any

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, deploy_function, invoke

WAITS: dict[str, tuple[str, float]] = {
    "time.sleep": ("time.sleep(5)", 5),
    "sleep imported by name": ("from time import sleep; sleep(5)", 5),
    "Event": ("assert not threading.Event().wait(5)", 5),
    "Event that is set": (
        "e = threading.Event(); threading.Timer(2, e.set).start(); assert e.wait(5)",
        2,
    ),
    "Condition": ("c = threading.Condition()\nwith c: assert not c.wait(5)", 5),
    "Condition that never holds": (
        "c = threading.Condition()\nwith c: assert not c.wait_for(lambda: False, 5)",
        5,
    ),
    "Lock": ("k = threading.Lock(); k.acquire(); assert not k.acquire(timeout=5)", 5),
    "RLock of another thread": (
        """
        k, held = threading.RLock(), threading.Event()
        def hold():
            with k: held.set(); time.sleep(3)
        threading.Thread(target=hold).start()
        held.wait()
        assert k.acquire(timeout=5)
        """,
        3,
    ),
    "Semaphore": ("assert not threading.Semaphore(0).acquire(timeout=5)", 5),
    "Barrier": (
        """
        try: threading.Barrier(2).wait(5)
        except threading.BrokenBarrierError: pass
        """,
        5,
    ),
    "Queue.get": (
        """
        try: queue.Queue().get(timeout=5)
        except queue.Empty: pass
        """,
        5,
    ),
    "Queue.put": (
        """
        q = queue.Queue(1); q.put(1)
        try: q.put(2, timeout=5)
        except queue.Full: pass
        """,
        5,
    ),
    "SimpleQueue.get": (
        """
        try: queue.SimpleQueue().get(timeout=5)
        except queue.Empty: pass
        """,
        5,
    ),
    "Queue between threads": (
        """
        q = queue.Queue()
        threading.Thread(target=lambda: (time.sleep(2), q.put("x"))).start()
        assert q.get(timeout=9) == "x"
        """,
        2,
    ),
    "select": ("r, w = os.pipe(); assert select.select([r], [], [], 5)[0] == []", 5),
    "select without files": ("select.select([], [], [], 5)", 5),
    "select that is ready": (
        """
        r, w = os.pipe()
        threading.Timer(2, os.write, (w, b"x")).start()
        assert select.select([r], [], [], 5)[0] == [r]
        """,
        2,
    ),
    "poll": ("r, w = os.pipe(); p = select.poll(); p.register(r); assert not p.poll(5000)", 5),
    "selectors": (
        """
        r, w = os.pipe()
        s = selectors.DefaultSelector(); s.register(r, selectors.EVENT_READ)
        assert s.select(5) == []
        """,
        5,
    ),
    "Timer": ("t = threading.Timer(5, lambda: None); t.start(); t.join()", 5),
    "Thread.join": (
        "t = threading.Thread(target=time.sleep, args=(9,)); t.start(); t.join(2); "
        "assert t.is_alive()",
        2,
    ),
    "Future.result": (
        """
        pool = futures.ThreadPoolExecutor(1)
        try: pool.submit(time.sleep, 9).result(timeout=1)
        except futures.TimeoutError: pass
        """,
        1,
    ),
    "ThreadPoolExecutor": (
        "with futures.ThreadPoolExecutor(4) as pool: list(pool.map(time.sleep, [1, 2, 3, 4]))",
        4,
    ),
    "pool with fewer threads": (
        "with futures.ThreadPoolExecutor(2) as pool: list(pool.map(time.sleep, [1] * 6))",
        3,
    ),
    "8 threads": (
        """
        threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(8)]
        for each in threads: each.start()
        for each in threads: each.join()
        """,
        1,
    ),
    "300 threads": (
        """
        threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(300)]
        for each in threads: each.start()
        for each in threads: each.join()
        """,
        1,
    ),
    "asyncio.sleep": ("asyncio.run(asyncio.sleep(5))", 5),
    "asyncio.gather": (
        """
        async def main(): await asyncio.gather(*map(asyncio.sleep, (1, 2, 3)))
        asyncio.run(main())
        """,
        3,
    ),
    "asyncio.wait_for": (
        """
        async def main():
            try: await asyncio.wait_for(asyncio.Event().wait(), 5)
            except TimeoutError: pass
        asyncio.run(main())
        """,
        5,
    ),
    "asyncio.to_thread": ("asyncio.run(asyncio.to_thread(time.sleep, 5))", 5),
    "sched": (
        "import sched; s = sched.scheduler(); s.enter(5, 1, lambda: None); s.run()",
        5,
    ),
    "subprocess that is quick": (
        "assert subprocess.run(['echo', 'x'], timeout=20, capture_output=True).stdout == b'x\\n'",
        0,
    ),
    "subprocess that is slow": (
        """
        try: subprocess.run(['sleep', '61'], timeout=1)
        except subprocess.TimeoutExpired: pass
        """,
        1,
    ),
    "Popen.wait": (
        """
        p = subprocess.Popen(['sleep', '61'])
        try: p.wait(0.5)
        except subprocess.TimeoutExpired: p.kill()
        """,
        0.5,
    ),
    "a background thread that sleeps for ever": (
        """
        def forever():
            while True: time.sleep(5)
        threading.Thread(target=forever, daemon=True).start()
        time.sleep(12)
        """,
        12,
    ),
    "a computing thread": (
        """
        done = []
        def compute(): done.append(sum(range(300_000)))
        t = threading.Thread(target=compute); t.start()
        time.sleep(5)
        assert done
        """,
        5,
    ),
    "a thread that waits for nobody": (
        "threading.Thread(target=threading.Event().wait, daemon=True).start(); time.sleep(5)",
        5,
    ),
    "a thread that spins": (
        """
        done = threading.Event()
        threading.Timer(2, done.set).start()
        while not done.is_set(): done.wait(0.5)
        """,
        2,
    ),
}

HEAD = """
import asyncio, concurrent.futures as futures, multiprocessing, os, queue, select, selectors
import subprocess, threading, time
def handler(event, context):
    began = time.monotonic()
"""


@pytest.mark.parametrize("case", WAITS)
def test_a_wait_takes_its_lab_time(lab: EmbeddedAccount, deploy: Deploy, case: str) -> None:
    body, expected = WAITS[case]
    source = f"{HEAD}{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    deploy(source + "    return round(time.monotonic() - began, 6)\n", Timeout=60)
    began = lab.now()
    answer = invoke("function")
    assert answer["error"] is None, answer["result"]
    assert answer["result"] == pytest.approx(expected, abs=1e-6)
    passed = (lab.now() - began).total_seconds()
    assert passed == pytest.approx(0.252 + expected, abs=1e-6)


CHILDREN = {
    "subprocess.run": "subprocess.run(['sleep', '0.3'])",
    "check_output": "subprocess.check_output(['sh', '-c', 'sleep 0.3; echo'])",
    "pipe": "p = subprocess.Popen(['sleep', '0.3'], stdout=-1); select.select([p.stdout], [], [])",
    "os.system": "assert os.system('sleep 0.3; exit 3') == 3 << 8",
    "os.fork": "if not os.fork(): time.sleep(0.3); os._exit(0)\nos.wait()",
    "multiprocessing.Process": "p = multiprocessing.Process(target=time.sleep, args=(0.3,)); "
    "p.start(); p.join()",
    "asyncio": """
        async def main():
            p = await asyncio.create_subprocess_exec("sleep", "0.3"); await p.wait()
        asyncio.run(main())
        """,
}


@pytest.mark.skipif(os.name != "posix", reason="starts programs of POSIX")
@pytest.mark.parametrize("case", CHILDREN)
def test_lab_time_goes_with_the_machines_while_a_child_is_waited_for(
    deploy: Deploy, case: str
) -> None:
    """In tenths of a second; on a machine that is busy it may be one or more longer."""
    body = textwrap.indent(textwrap.dedent(CHILDREN[case]), "    ")
    deploy(f"{HEAD}{body}\n    return round(10 * (time.monotonic() - began), 5)\n", Timeout=60)
    tenths = invoke("function")["result"]
    assert tenths == int(tenths)
    assert tenths >= 3


@pytest.mark.skipif(os.name != "posix", reason="starts processes by fork")
def test_processes_of_a_handler_talk_by_pipes_alone(deploy: Deploy) -> None:
    """AWS Compute Blog, "Parallel Processing in Python with AWS Lambda": no /dev/shm, so Queue and
    Pool fail with error 38, Process and Pipe work."""
    deploy(
        """
        import boto3, multiprocessing

        def work(end):
            try:
                boto3.client("sqs").list_queues()
            except RuntimeError as refused:
                end.send(str(refused))

        def handler(event, context):
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.Process(target=work, args=(theirs,))
            process.start()
            told = [ours.recv()]
            process.join()
            for kind in (multiprocessing.Queue, multiprocessing.Pool, multiprocessing.Lock):
                try:
                    kind()
                except OSError as error:
                    told.append(str(error))
            return told
        """
    )
    refused, *missing = invoke("function")["result"]
    assert "cannot call AWS" in refused
    assert missing == ["[Errno 38] Function not implemented"] * 3


def test_a_heartbeat_keeps_messages_hidden_while_the_job_takes_long(lab: EmbeddedAccount) -> None:
    """As AWS advises for work of unknown length (SDG sqs-visibility-timeout, "Set appropriate
    visibility timeout"): extend by ChangeMessageVisibility while it goes on."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "15"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="long")
    deploy_function(
        """
        import boto3, threading, time

        def handler(event, context):
            sqs = boto3.client("sqs")
            [message] = sqs.receive_message(QueueUrl=event)["Messages"]
            stop, beats = threading.Event(), []

            def beat():
                while not stop.wait(10):
                    sqs.change_message_visibility(
                        QueueUrl=event, ReceiptHandle=message["ReceiptHandle"],
                        VisibilityTimeout=15)
                    beats.append(time.time())

            heart = threading.Thread(target=beat)
            heart.start()
            time.sleep(35)
            stop.set()
            heart.join()
            again = sqs.receive_message(QueueUrl=event).get("Messages", [])
            return [round(b - beats[0], 3) for b in beats], len(again)
        """,
        Timeout=60,
    )
    assert invoke("function", url)["result"] == [[0.0, 10.005, 20.01], 0]


def test_threads_call_aws_at_once(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """And a long poll of one does not keep another from its turn."""
    url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    deploy(
        """
        import boto3, time
        from concurrent.futures import ThreadPoolExecutor

        sqs = boto3.client("sqs")

        def send(number):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))
            return round(time.monotonic() - began, 6)

        def poll():
            got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
            return got["Messages"][0]["Body"], round(time.monotonic() - began, 6)

        def handler(event, context):
            global url, began
            url, began = event, time.monotonic()
            with ThreadPoolExecutor(8) as pool:
                polled = pool.submit(poll)
                time.sleep(7)
                return list(pool.map(send, range(5))), polled.result()
        """,
        Timeout=60,
    )
    sent, polled = invoke("function", url)["result"]
    assert sent == [7.005] * 5
    assert polled == ["0", 7.005]


def test_an_environment_is_frozen_between_invocations(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """Background threads go on when it thaws (LDG lambda-runtime-environment, "Freeze")."""
    deploy(
        """
        import threading, time
        ticks = []

        def tick():
            while True:
                time.sleep(1)
                ticks.append(time.time())

        def handler(event, context):
            if not ticks and event == "start":
                threading.Thread(target=tick, daemon=True).start()
            time.sleep(2.5)
            return [round(each - 1767603600, 3) for each in ticks]
        """,
        Timeout=60,
    )
    assert invoke("function", "start")["result"] == [1.252, 2.252]
    lab.advance(100)
    assert invoke("function")["result"] == [1.252, 2.252, 102.754, 103.754, 104.754]


def test_a_call_of_a_background_thread_is_answered_after_the_thaw(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    deploy(
        """
        import boto3, threading, time
        got = []

        def poll(url):
            got.append(boto3.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10))

        def handler(event, context):
            if event:
                threading.Thread(target=poll, args=(event,)).start()
            time.sleep(1)
            return len(got)
        """,
        Timeout=60,
    )
    assert invoke("function", url)["result"] == 0
    lab.advance(30)
    assert invoke("function")["result"] == 1


@pytest.mark.parametrize(
    "body",
    [
        "threading.Event().wait()",
        "threading.Lock().acquire(); k = threading.Lock(); k.acquire(); k.acquire()",
        "queue.Queue().get()",
        "r, w = os.pipe(); select.select([r], [], [])",
        "threading.Event().wait(61)",
    ],
)
def test_who_waits_for_nothing_times_out(lab: EmbeddedAccount, deploy: Deploy, body: str) -> None:
    deploy(f"{HEAD}    {body}\n", Timeout=60)
    began = lab.now()
    assert invoke("function")["result"]["errorType"] == "Sandbox.Timedout"
    assert (lab.now() - began).total_seconds() == 60.25


@pytest.mark.parametrize(
    "body",
    [
        "done = []\nthreading.Timer(1, done.append, (1,)).start()\nwhile not done: time.sleep(0.1)",
        "r, w = os.pipe()\nthreading.Timer(1, os.write, (w, b'x')).start()\nos.read(r, 1)",
        """
a, b = socket.socketpair()
threading.Thread(target=lambda: (time.sleep(1), a.send(b'x'))).start()
assert b.recv(1) == b'x'
""",
        """
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
assert urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/").status == 200
server.shutdown()
""",
        """
done = []
threading.Thread(target=lambda: done.append(1)).start()
while not done: pass
""",
    ],
)
def test_threads_that_wait_for_each_other_elsewhere_come_to_their_turn(
    deploy: Deploy, body: str
) -> None:
    head = f"import http.server, socket, urllib.request\n{HEAD}"
    deploy(f"{head}{textwrap.indent(body, '    ')}\n    return 'well'\n", Timeout=60)
    assert invoke("function")["result"] == "well"


CLOCKS = """
    import datetime, os, random, secrets, time, uuid

    def read():
        return {
            "ctime": time.ctime(), "asctime": time.asctime(), "time": time.time(),
            "time_ns": time.time_ns(), "localtime": time.localtime()[:6],
            "strftime": time.strftime("%X"), "now": str(datetime.datetime.now()),
            "today": str(datetime.date.today()), "monotonic": time.monotonic(),
            "monotonic_ns": time.monotonic_ns(), "perf_counter": time.perf_counter(),
            "clock_gettime": time.clock_gettime(time.CLOCK_REALTIME),
            "clock_gettime, monotonic": time.clock_gettime(time.CLOCK_MONOTONIC),
            "clock_gettime_ns": time.clock_gettime_ns(time.CLOCK_MONOTONIC),
            "uuid1": str(uuid.uuid1()),
        }

    def handler(event, context):
        before = read()
        time.sleep(2)
        after = read()
        chance = [
            random.random(), random.Random().random(), random.SystemRandom().random(),
            secrets.token_hex(), os.urandom(4).hex(), str(uuid.uuid4()), os.getrandom(4).hex(),
        ]
        same = [name for name in before if before[name] == after[name] and name != "today"]
        return before, after, chance, time.process_time(), time.thread_time(), same
"""


@pytest.mark.skipif(not hasattr(time, "clock_gettime"), reason="Windows has fewer clocks")
def test_clocks_and_chance_are_the_labs() -> None:
    def run() -> Any:
        with open_lab():
            deploy_function(CLOCKS)
            return invoke("function")["result"]

    before, after, _, *computed, same = first = run()
    assert first == run()
    assert before["ctime"] == before["asctime"] == "Mon Jan  5 09:00:00 2026"
    assert after["ctime"] == "Mon Jan  5 09:00:02 2026"
    assert after["monotonic_ns"] - before["clock_gettime_ns"] == 2 * 10**9
    assert computed == [0, 0]
    assert same == []


@pytest.mark.parametrize(
    "body",
    [
        "urllib.request.urlopen('http://example.com/')",
        "urllib.request.urlopen('http://169.254.169.254/latest/meta-data/')",
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.getaddrinfo('example.com', 443)",
        "import _socket; _socket.socket().connect(('192.0.2.1', 80))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    ],
)
def test_a_handlers_own_requests_stay_on_this_machine(deploy: Deploy, body: str) -> None:
    deploy(f"import socket, urllib.request\ndef handler(event, context):\n    {body}\n")
    failure = invoke("function")["result"]
    assert "The lab sends nothing to" in failure["errorMessage"]
    assert "open_lab(network=True)" in failure["errorMessage"]


def test_a_handler_asks_no_name_of_aws(deploy: Deploy) -> None:
    """Nor does it with the network allowed: who calls AWS there means the lab."""
    look_up = "socket.getaddrinfo('sqs.us-east-1.amazonaws.com', 443)"
    deploy(f"import socket\ndef handler(event, context):\n    {look_up}\n")
    assert "nothing leaves this machine" in invoke("function")["result"]["errorMessage"]


def test_a_lab_with_the_network_lets_handlers_out() -> None:
    with open_lab(network=True):
        deploy_function(
            "import socket\n"
            "def handler(event, context):\n"
            "    try: socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))\n"
            "    except OSError as error: return str(error)\n"  # where there is no network
        )
        assert "The lab" not in str(invoke("function")["result"])  # nothing was sent by that
