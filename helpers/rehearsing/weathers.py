"""What storms do to a function's calls and to the ends of its invocations.

None hits a message more than once, in whatever batches it comes: the second try must work. So a
good message is never dead only because the storm was long.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence

from helpers.rehearsing.subjects import Stage
from helpers.weather import End, Fault, FunctionCall, Invocation, Weather

TARGETS = ("TableName", "QueueUrl", "TopicArn", "TargetArn", "Bucket", "FunctionName", "KeyId")
"""Parameters that say on what a call works."""

WRITES = re.compile("Put|Update|Delete|Write|Send|Publish|Copy|Complete|Invoke|Start")

THROTTLING = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "s3": ("SlowDown", 503),
    "sqs": ("RequestThrottled", 400),
    "sns": ("Throttled", 400),
}
"""The code and the status of a throttled call; of others: ThrottlingException, 400."""

INTERNAL = {"dynamodb": "InternalServerError", "s3": "InternalError", "kms": "KMSInternalException"}
"""The code of a call that fails on AWS's side; of others: InternalFailure."""


def kind_of(stage: Stage, call: FunctionCall) -> str:
    """A call without its content: the operation, and on what, as the template names it."""
    target = next((str(call.parameters[key]) for key in TARGETS if call.parameters.get(key)), "")
    if not target and isinstance(tables := call.parameters.get("RequestItems"), dict):
        target = next(iter(tables), "")
    short = re.split("[/:]", target)[-1]
    names = {re.split("[/:]", real)[-1]: logical for real, logical in stage.names.items()}
    return f"{call.operation}.{names.get(short, short)}".rstrip(".")


def content_of(call: FunctionCall) -> str:
    """All that a call says, the same for the same call."""
    return json.dumps(call.parameters, sort_keys=True, default=str, ensure_ascii=False)


class Strike(Weather):
    """Healthy, and knows whom it may hit."""

    def __init__(self) -> None:
        self._function = ""
        self._hits: Counter[str] = Counter()
        self.stage: Stage | None = None

    def expect(self, stage: Stage) -> None:
        """Who is rehearsed, once that is deployed."""
        self.stage = stage
        self._function = stage.function

    def may_hit(self, invocation: Invocation) -> bool:
        """Whether it is of the function that is rehearsed, and nothing of it was hit before."""
        is_ours = invocation.function == self._function and bool(invocation.messages)
        return is_ours and not any(self._hits[each] for each in invocation.messages)

    def hit(self, invocation: Invocation) -> None:
        self._hits.update(invocation.messages)


class HitsEnds(Strike):
    """Each invocation ends as `end` says, the first time that its messages come."""

    def __init__(self, end: End, always: bool = False) -> None:
        super().__init__()
        self._end = end
        self.always = always

    def meet_end(self, invocation: Invocation) -> End:
        if self.always and invocation.function == self._function:
            return self._end
        if not self.may_hit(invocation):
            return End.ANSWERS
        self.hit(invocation)
        return self._end


class _Aim:
    """At which call of an invocation a fault is aimed."""

    def __init__(self, skip: int) -> None:
        self.skip = skip
        self.content: str | None = None
        """Of the call that was hit: a retry of it is hit, too."""


class HitsCalls(Strike):
    """In each invocation one call of a kind meets a fault, and so does each retry of it.

    Which one changes from invocation to invocation: the first, the second, and so on.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self._aims: dict[str, _Aim | None] = {}
        self._next = 0

    def fault(self, call: FunctionCall) -> Fault:
        """What the call meets."""
        raise NotImplementedError

    def meet_call(self, call: FunctionCall) -> Fault | None:
        invocation = call.invocation
        if invocation is None or self.stage is None or kind_of(self.stage, call) != self._kind:
            return None
        key = invocation.request_id
        if key not in self._aims:
            may = self.may_hit(invocation)
            self._aims[key] = _Aim(self._next % len(invocation.messages)) if may else None
        aim = self._aims[key]
        if aim is None:
            return None
        content = content_of(call)
        if aim.content is None:
            if aim.skip:
                aim.skip -= 1
                return None
            aim.content = content
            self._next += 1
            self.hit(invocation)
        return self.fault(call) if content == aim.content else None

    def meet_end(self, invocation: Invocation) -> End:
        aim = self._aims.get(invocation.request_id)
        if aim is not None and aim.content is None:
            self._next = 0  # it makes fewer calls than it has messages
        return End.ANSWERS


class Throttles(HitsCalls):
    """For as long as the invocation lasts."""

    def fault(self, call: FunctionCall) -> Fault:
        code, status = THROTTLING.get(call.service, ("ThrottlingException", 400))
        return Fault(code, status)


class Fails(HitsCalls):
    """On AWS's side, for as long as the invocation lasts."""

    def fault(self, call: FunctionCall) -> Fault:
        return Fault(INTERNAL.get(call.service, "InternalFailure"), 500)


class Slows(HitsCalls):
    """The call takes four fifths of the function's timeout."""

    def fault(self, call: FunctionCall) -> Fault:
        assert self.stage is not None
        return Fault(delay=0.8 * self.stage.timeout)


class EndsProcess(HitsCalls):
    """The process dies when the call is done, and does not hear of it."""

    def fault(self, call: FunctionCall) -> Fault:
        return Fault(ends_process=True)


class RefusesOne(Strike):
    """The calls of a kind that speak of one message are refused, for good."""

    def __init__(self, kind: str, marks: Sequence[Sequence[re.Pattern[str]]], target: int) -> None:
        super().__init__()
        self._kind = kind
        self._marks = marks[target]
        self._others = [mark for at, each in enumerate(marks) if at != target for mark in each]

    def meet_call(self, call: FunctionCall) -> Fault | None:
        if call.invocation is None or self.stage is None or kind_of(self.stage, call) != self._kind:
            return None
        text = content_of(call)
        if not any(mark.search(text) for mark in self._marks):
            return None
        if any(mark.search(text) for mark in self._others):  # it speaks of good ones, too
            return None
        return Fault("ValidationException", 400)


class SlowsAll(Strike):
    """Every call takes a little longer, so that invocations overlap."""

    def meet_call(self, call: FunctionCall) -> Fault | None:
        assert self.stage is not None
        return Fault(delay=min(0.2, self.stage.timeout / 20)) if call.invocation else None


class Several(Strike):
    """Some weathers at once. Each hits a message once at most."""

    def __init__(self, *weathers: Strike) -> None:
        super().__init__()
        self._weathers = weathers
        for each in weathers:
            each._hits = self._hits  # what one has hit the others spare

    def expect(self, stage: Stage) -> None:
        super().expect(stage)
        for each in self._weathers:
            each.expect(stage)

    def meet_call(self, call: FunctionCall) -> Fault | None:
        return next((found for each in self._weathers if (found := each.meet_call(call))), None)

    def meet_end(self, invocation: Invocation) -> End:
        ends = [each.meet_end(invocation) for each in self._weathers]
        return next((end for end in ends if end is not End.ANSWERS), End.ANSWERS)
