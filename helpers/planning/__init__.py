"""What to expect of a queue, its mapping and its function before they are built.

`answer` sends a load through an embedded account, message by message (`exact`); `formulas` says it
in a line where the textbook can; `aggregate` says it for a thousand million messages a day.
"""

from helpers.planning.exact import Answer
from helpers.planning.load import Burst, Load, Outage, Settings, daily, steady
from helpers.planning.sweeps import answer, answer_all, sweep

__all__ = [
    "Answer",
    "Burst",
    "Load",
    "Outage",
    "Settings",
    "answer",
    "answer_all",
    "daily",
    "steady",
    "sweep",
]
