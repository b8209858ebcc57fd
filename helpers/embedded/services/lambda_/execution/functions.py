"""The Lambda service's running half: environments found or made, used, kept warm, retired."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from moto.awslambda.models import lambda_backends
from moto.moto_api._internal import mock_random
from moto.sts.models import sts_backends
from werkzeug.exceptions import HTTPException

from helpers.embedded.door.gateway import Gateway
from helpers.embedded.services.cloudwatch.published.function_facts import Callee
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.services.lambda_.aliases import choose_version, weights_of
from helpers.embedded.services.lambda_.backend import UNRESERVED_AT_LEAST, FunctionBackend
from helpers.embedded.services.lambda_.event_invoke import DEFAULTS, Config
from helpers.embedded.services.lambda_.execution.conversation import Durations
from helpers.embedded.services.lambda_.execution.environment_protocol import Settings
from helpers.embedded.services.lambda_.execution.environments import (
    ExecutionEnvironment,
    describe_lack,
    new_folder,
)
from helpers.embedded.services.lambda_.execution.function_logs import FunctionLogs, NoLog
from helpers.embedded.services.lambda_.execution.invoke_phase import (
    Invocation,
    Order,
    Outcome,
    TookTooLong,
    failed_by_us,
    failed_to_start,
)
from helpers.embedded.services.lambda_.execution.json_logs import begin_log
from helpers.embedded.services.lambda_.execution.lineage import UNTRACED
from helpers.embedded.services.lambda_.execution.modelled_environments import (
    ModelledEnvironment,
    find_work,
)
from helpers.embedded.services.lambda_.function import Function
from helpers.embedded.services.lambda_.function_names import LATEST, FunctionName, parse_name
from helpers.embedded.services.lambda_.function_versions import FunctionVersion, unpack_code
from helpers.embedded.services.lambda_.in_process import greenlet_environment, machine
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.embedded.time.trace import Trace
from helpers.embedded.uuids import new_uuid
from helpers.weather import Weather

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

INIT_LIMIT = 10 * SECOND
"""How long initialisation may take (LDG lambda-runtime-environment)."""

Environment = ExecutionEnvironment | ModelledEnvironment


class Throttled(Exception):
    """No concurrency is left for the function; `reason` is AWS's word for why."""

    def __init__(self, reason: str, message: str = "Rate Exceeded.") -> None:
        super().__init__(message)
        self.reason = reason


class Unreadable(Throttled):
    """The function's variables cannot be decrypted. `reason` is Lambda's code. Events and messages
    wait as for concurrency."""


class Invoked(NamedTuple):
    """An invocation that has ended, with what it logged."""

    outcome: Outcome
    version: str
    log: list[str]


class Functions:
    """Runs the functions of one account.

    `spin_limit` is the wall seconds for which a handler may compute without a word; `network`
    lets handlers reach more than this machine; `weather` is what befalls them; `may_log` says of a
    role, a log group and a stream whether the role may write there; `check_readable` raises
    Unreadable before an environment would get variables that cannot be decrypted.
    """

    def __init__(
        self,
        simulation: Simulation,
        gateway: Gateway,
        trace: Trace,
        telemetry: Telemetry,
        *,
        region: str,
        account_id: str,
        durations: Durations,
        spin_limit: float,
        network: bool,
        in_process: bool = False,
        weather: Weather | None,
        may_log: Callable[[str, str, str], bool],
        logs: FunctionLogs,
        check_readable: Callable[[Function], None],
    ) -> None:
        self._simulation = simulation
        self._trace = trace
        self.telemetry = telemetry
        self.region = region
        self._account_id = account_id
        self._durations = durations
        self._invocation = Invocation(simulation, gateway, durations, spin_limit, weather)
        self._may_log = may_log
        self._check_readable = check_readable
        self._network, self._spin_limit = network, spin_limit
        self._in_process = in_process
        if in_process:
            machine.install()
        self._random = Random(f"aliases {account_id}")
        self._warm: dict[FunctionVersion, list[Environment]] = defaultdict(list)
        self._busy: dict[str, set[Environment]] = defaultdict(set)
        self._left: dict[FunctionVersion, list[Path]] = defaultdict(list)
        """What is in /tmp of environments that were reset: only their memory is new."""
        self.logs = logs

    # Invoking

    def find(self, name_or_arn: str, qualifier: str | None = None) -> LambdaFunction:
        """The function, version or aliased version by name, partial ARN or ARN.

        Raises moto's UnknownFunctionException, which becomes AWS's 404.
        """
        named = parse_name(name_or_arn)
        return self._backend.get_function(named.name, qualifier or named.qualifier)

    @cached_property
    def _folder(self) -> Path:
        return greenlet_environment.new_folder() if self._in_process else new_folder()

    @cached_property
    def _backend(self) -> FunctionBackend:
        """Not there yet when this object is made."""
        backend = lambda_backends[self._account_id][self.region]
        assert isinstance(backend, FunctionBackend)
        return backend

    def resolve(self, named: FunctionName) -> tuple[str, LambdaFunction]:
        """The function's ARN, with the version or alias if one was named, and the function."""
        function = self.find(named.name, named.qualifier)
        arn = self._arn(named)
        return (f"{arn}:{named.qualifier}" if named.qualifier else arn), function

    def _arn(self, named: FunctionName) -> str:
        return f"arn:aws:lambda:{self.region}:{self._account_id}:function:{named.name}"

    @property
    def running(self) -> int:
        """Invocations under way in the whole account."""
        return sum(map(len, self._busy.values()))

    def _throttles(self, function: LambdaFunction) -> str | None:
        """AWS's reason why the function may not have one more invocation now; None: it may.

        What functions have reserved, the others cannot have (LDG lambda-concurrency).
        """
        reserved = function.reserved_concurrency
        if reserved is not None:
            if len(self._busy[function.function_name]) >= int(reserved):
                return "ReservedFunctionConcurrentInvocationLimitExceeded"
        elif self.running >= UNRESERVED_AT_LEAST and self._unreserved() <= 0:
            return "ConcurrentInvocationLimitExceeded"
        return None

    def event_invoke_config(self, arn: str) -> Config:
        """What becomes of Event invocations of an ARN, with AWS's defaults."""
        named = parse_name(arn)
        key = f"{self._arn(named)}:{named.qualifier or LATEST}"
        configured = self._backend.event_invoke_configs.find(key) or {}
        return {"FunctionArn": key, **DEFAULTS, **configured}

    def _routed(self, function: LambdaFunction, arn: str | None) -> LambdaFunction:
        """The version that this invocation of an alias goes to."""
        if arn is None or arn.count(":") < 7 or arn.endswith(f":{function.version}"):
            return function
        named = parse_name(arn)
        try:
            alias = self._backend.get_alias(named.qualifier or "", named.name)
        except HTTPException:  # it was deleted after the event had been accepted
            return function
        version = choose_version(weights_of(alias.routing_config), self._random)
        return self.find(named.name, version) if version else function

    def may_loop(self, arn: str) -> bool:
        """Whether recursive loops of the function are let run (API PutFunctionRecursionConfig)."""
        return parse_name(arn).name in self._backend.may_loop

    def _unreserved(self) -> int:
        """Invocations that functions without a reservation may still have now."""
        reserving = {
            each.function_name
            for each in self._backend.list_functions()
            if each.reserved_concurrency is not None
        }
        running = sum(len(busy) for name, busy in self._busy.items() if name not in reserving)
        return self._backend.unreserved_concurrency() - running

    def invoke(
        self,
        function: LambdaFunction,
        event: str | Callable[[], str],
        *,
        arn: str | None = None,
        request_id: str | None = None,
        queue: str | None = None,
        messages: int | None = None,
        trace_id: str | None = None,
    ) -> Steps[Invoked]:
        """Run the function's handler in lab time.

        Args:
            event: a JSON document, or what writes it if anybody reads it.
            arn: what was invoked, if it was an alias.
            request_id: of an earlier attempt, which a retry repeats.
            queue: the queue whose messages the event brings; `messages`: how many.
            trace_id: who caused the invocation (`lineage`).

        Raises:
            Throttled: before anything has run; Unreadable is one.
        """
        function = self._routed(function, arn)
        callee = callee_of(function, arn)
        facts = self.telemetry.functions
        if reason := self._throttles(function):
            facts.throttled(callee)
            self._trace.throttled(function.function_name, queue, messages)
            raise Throttled(reason)
        version = FunctionVersion.of(function)
        order = Order(
            event,
            request_id or new_uuid(),
            arn or version.arn,
            trace_id or UNTRACED.after(version.arn),
            version.timeout,
        )
        environment = self._take_warm(version)
        cold = environment is None
        if cold:
            assert isinstance(function, Function)
            self._check_readable(function)
        environment = environment or self._create_where_there_is_room(version, function)
        self._busy[version.name].add(environment)
        began = self._simulation.now
        facts.began(callee)
        try:
            outcome, log = yield from self._simulation.keep(
                self._run(version, environment, cold, order, messages),
                f"an invocation of {version.name}",
                lambda _: (failed_by_us(order.request_id, self._simulation.now - began), []),
            )
        except BaseException:
            facts.abandoned(callee)
            raise
        finally:
            self._busy[version.name].discard(environment)
        facts.ended(callee, began, outcome.duration, failed=outcome.error is not None)
        self._give_back(version, environment, outcome)
        if log and self._is_logged(version, environment):
            self.logs.write(version.logging.group, environment.log_stream, log)
        self._trace.invocation(
            version.name,
            environment.log_stream,
            began,
            outcome.error or "success",
            queue,
            messages,
        )
        return Invoked(outcome, version.version, log)

    def _is_logged(self, version: FunctionVersion, environment: Environment) -> bool:
        return self._may_log(version.role, version.logging.group, environment.log_stream)

    def _run(
        self,
        version: FunctionVersion,
        environment: Environment,
        cold: bool,
        order: Order,
        messages: int | None,
    ) -> Steps[tuple[Outcome, list[str]]]:
        log = begin_log(version, self._simulation.clock)
        if isinstance(environment, ModelledEnvironment):
            region = self.region if cold else None
            if messages is not None and not self._is_logged(version, environment):
                log = NoLog(version, self._simulation.clock)
            return (yield from environment.invoke(self._simulation, order, messages, log, region))
        if cold:
            log.initialisation(self.region)
        failure: str | None = None
        began = self._simulation.now
        initialised: int | None = None
        if cold:
            deadline = began + self._durations.init + INIT_LIMIT
            try:
                failure = yield from self._invocation.initialise(environment, deadline)
                initialised = self._simulation.now
            except TookTooLong:
                environment.reset(self._simulation.now + self._durations.init, order.timeout)
            log.output(environment.take_output())
            log.initialised(self._simulation.now - began, is_timeout=initialised is None)
        log.start(order.request_id)
        if cold and initialised is None:
            outcome = yield from self._invocation.initialise_and_run(environment, order)
        elif failure is None:
            outcome = yield from self._invocation.run(environment, order, self._simulation.now)
        else:
            outcome = failed_to_start(failure, order.request_id)
        log.output(environment.take_output())
        if initialised is not None:
            outcome = outcome._replace(init_duration=initialised - began)
        log.end(outcome)
        return outcome, log.entries

    # Environments

    def _take_warm(self, version: FunctionVersion) -> Environment | None:
        """The environment used last, as AWS prefers it; those idle for too long are ended."""
        for other in [other for other in self._warm if other.arn == version.arn]:
            if other != version:
                self._retire(self._warm.pop(other))
        warm = self._warm[version]
        idle_since = self._simulation.now - self._durations.idle
        created_at = self._simulation.now - self._durations.lifetime
        over = [
            each for each in warm if each.idle_since < idle_since or each.created_at < created_at
        ]
        if over:
            warm[:] = [each for each in warm if each not in over]
            self._retire(over)
        return warm.pop() if warm else None

    def _create_where_there_is_room(
        self, version: FunctionVersion, function: LambdaFunction
    ) -> Environment:
        """Each environment is an open file of this process and takes memory of its own."""
        try:
            return self._create(version, function)
        except OSError as error:
            if (message := describe_lack(error, self.running)) is None:
                raise
            warnings.warn(message, RuntimeWarning, stacklevel=2)
            raise Throttled("ConcurrentInvocationLimitExceeded", message) from error

    def _create(self, version: FunctionVersion, function: LambdaFunction) -> Environment:
        assert isinstance(function, Function)
        clock = self._simulation.clock
        stream = f"{clock.now():%Y/%m/%d}/[{version.version}]{mock_random.get_random_hex(32)}"
        if work := find_work(function.code_bytes, version.handler, version.layers):
            return ModelledEnvironment(work, stream, clock.elapsed)
        task_root = unpack_code([function.code_bytes], self._folder)
        layers = unpack_code(function.layer_archives, self._folder)
        own = Path(tempfile.mkdtemp(dir=self._folder))
        left = self._left[version]
        scratch = left.pop() if left else own / "tmp"
        scratch.mkdir(exist_ok=True)
        ready = clock.elapsed + self._durations.init
        variables = {
            **dict(version.variables),
            **version.aws_variables(self.region, stream),
            **self._role_credentials(version),
        }
        settings = Settings(
            task_root=str(task_root),
            layers=str(layers),
            scratch=str(scratch),
            account_root=str(self._folder),
            clock_file=str(own / "clock"),
            output_file=str(own / "output"),
            handler=version.handler,
            variables=variables,
            memory_mb=version.memory_mb,
            network=self._network,
            deadline=ready + INIT_LIMIT,
            now=ready,
        )
        if self._in_process:
            return greenlet_environment.InProcessEnvironment(settings, stream, self._spin_limit)
        return ExecutionEnvironment(settings, stream)

    def _role_credentials(self, version: FunctionVersion) -> dict[str, str]:
        """Temporary credentials of the function's role, as Lambda gives them to its code."""
        role = sts_backends[self._account_id]["aws"].assume_role(
            region_name=self.region,
            role_session_name=version.name,
            role_arn=version.role,
            policy="",
            duration=43_200,
            external_id="",
        )
        return {
            "AWS_ACCESS_KEY_ID": role.access_key_id,
            "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
            "AWS_SESSION_TOKEN": role.session_token,
        }

    def _give_back(
        self, version: FunctionVersion, environment: Environment, outcome: Outcome
    ) -> None:
        if outcome.environment_lost:
            environment.kill()
            if isinstance(environment, ExecutionEnvironment):
                self._left[version].append(environment.scratch)
        else:
            environment.idle_since = self._simulation.now
            self._warm[version].append(environment)

    @staticmethod
    def _retire(environments_: list[Environment]) -> None:
        for environment in environments_:
            environment.kill()

    def close(self) -> None:
        """End every environment and remove what they left on disk."""
        for pool in self._warm.values():
            self._retire(pool)
        for busy in self._busy.values():
            self._retire(list(busy))
        self._warm.clear()
        self._busy.clear()
        if self._in_process:
            machine.uninstall()
        if "_folder" in self.__dict__:
            shutil.rmtree(self._folder, ignore_errors=True)


def callee_of(function: LambdaFunction, arn: str | None = None) -> Callee:
    """What was invoked, as the metrics name it: `arn` if it was a version or an alias."""
    resource = (arn or str(function.function_arn)).partition(":function:")[2]
    qualifier = resource.partition(":")[2]
    executed = str(function.version) if qualifier not in ("", str(function.version)) else ""
    reserved = function.reserved_concurrency is not None
    return Callee(function.function_name, resource, reserved, executed)
