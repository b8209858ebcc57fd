"""python -m helpers run: the bank's pipeline without a notebook. python -m helpers clean: the end.

Both work on the account that the environment variable LAB names, as the notebooks do. Others need
no account: copies makes a learner's own notebooks, reset 03 gives a fresh copy of one, progress
tells what was answered in them. rehearse runs a function of yours in embedded accounts, and looks
for what storms do to it.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from helpers.copies import make_copies, reset_copy
from helpers.lab import Lab, open_lab
from helpers.rehearsing.command import add_arguments
from helpers.rehearsing.command import run as rehearse_function

BALANCED, NOT_BALANCED, FAILED = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; the exit status."""
    asked = _parse(arguments)
    try:
        if asked.command in ("copies", "reset"):
            return _copy(asked)
        if asked.command == "progress":
            return _tell_progress(asked)
        if asked.command == "rehearse":
            return rehearse_function(asked)
        with open_lab(asked.lab) as lab:
            return _run(lab, asked) if asked.command == "run" else _clean(lab, asked)
    except (RuntimeError, ValueError, OSError, BotoCoreError, ClientError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Interrupted. What was made stays: python -m helpers clean", file=sys.stderr)
        return FAILED


def _run(lab: Lab, asked: argparse.Namespace) -> int:
    from helpers.aws.real_account import RealAccount
    from helpers.bank.rehearsal import rehearse

    if isinstance(lab, RealAccount) and (gaps := [gap for gap in lab.gaps if gap.bank]):
        raise RuntimeError(
            f"No bank can be built on this endpoint: it lacks {'; '.join(map(str, gaps))}. "
            "Nothing was made."
        )
    result = rehearse(lab, asked.transactions, asked.fail, reset=asked.reset)
    print(result.table)
    if asked.delete:
        lab.close(delete=True)
    if not result.is_balanced:
        print(result.differences)
        return NOT_BALANCED
    print(result.prove())
    return BALANCED


def _clean(lab: Lab, asked: argparse.Namespace) -> int:
    from helpers.aws.cleaning import clean
    from helpers.aws.real_account import RealAccount

    if not isinstance(lab, RealAccount):
        print("The embedded account leaves nothing behind. For a real one: LAB=aws")
        return BALANCED
    result = clean(lab, dry_run=asked.dry_run, tell=lambda words: print(words, file=sys.stderr))
    print(result)
    return BALANCED if result.is_clean else NOT_BALANCED


def _copy(asked: argparse.Namespace) -> int:
    if asked.command == "copies":
        if new := make_copies():
            print(f"Your own notebooks are in {new[0].parent.name}/; {len(new)} are new.")
        return BALANCED
    fresh, kept = reset_copy(asked.number)
    print(f"{fresh.parent.name}/{fresh.name} is fresh. If it is open, close it and open it again.")
    print(f"The old one is {kept.name}, beside it." if kept else "There was no copy to keep.")
    return BALANCED


def _tell_progress(asked: argparse.Namespace) -> int:
    from helpers.checks.answers import export_record, tell_progress
    from helpers.checks.room import tell_room

    if asked.room:
        print(tell_room(asked.room))
        return BALANCED
    print(export_record(asked.export) if asked.export else tell_progress())
    return BALANCED


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m helpers", description=__doc__)
    parser.add_argument(
        "--lab",
        choices=("embedded", "aws"),
        default=os.environ.get("LAB") or "embedded",
        help="which account; the default is what LAB says, else embedded",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="send transactions through the bank, and count")
    run.add_argument("--transactions", type=int, default=100, help="how many (100)")
    run.add_argument("--fail", type=float, default=0.12, help="share of bad ones, 0 to 1 (0.12)")
    run.add_argument("--reset", action="store_true", help="empty a bank that was used before")
    run.add_argument("--delete", action="store_true", help="delete all that carries the lab's tag")
    clean = commands.add_parser("clean", help="delete what carries the lab's tag")
    clean.add_argument("--dry-run", action="store_true", help="only say what would be deleted")
    rehearsal = commands.add_parser("rehearse", help="a function of yours, in calm and in storms")
    add_arguments(rehearsal)
    commands.add_parser("copies", help="make the copies of the notebooks that are missing")
    reset = commands.add_parser("reset", help="a fresh copy of a notebook; the old one is kept")
    reset.add_argument("number", help="the notebook's number, such as 03")
    progress = commands.add_parser("progress", help="what is right, and what to look at again")
    progress.add_argument(
        "--export", type=Path, metavar="FILE", help="write your answers to a file, for the room"
    )
    progress.add_argument(
        "--room", type=Path, metavar="FOLDER", help="sum up all records below this folder"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
