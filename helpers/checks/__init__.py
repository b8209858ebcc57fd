"""What tells a learner where they stand: the environment, their predictions, their exercises.

Everything here returns words for a notebook to print, and the words are the same on any machine.
"""

from helpers.checks.environment import check_environment
from helpers.checks.exercises import check_forgery, check_other_sending, check_own_queue
from helpers.checks.predictions import NOT_ATTEMPTED, QUESTIONS, Question, judge

__all__ = [
    "NOT_ATTEMPTED",
    "QUESTIONS",
    "Question",
    "check_environment",
    "check_forgery",
    "check_other_sending",
    "check_own_queue",
    "judge",
]
