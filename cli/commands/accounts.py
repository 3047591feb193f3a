"""`hive accounts`: who may use the API, and how much."""

from __future__ import annotations

import argparse
import math
import re
from typing import TYPE_CHECKING, Any

from cli.commands.base import Subparsers, command, language

if TYPE_CHECKING:
    from config.settings import Settings

LARGEST = 2**31 - 1
ROLES = ("operator", "organiser", "member")
QUEUES = ("P0", "P1", "P2")
RIGHTS = ("quality-basic", "quality-high", "quality-premium", "profile", "analytics", "own-models")


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "accounts",
        run,
        own_level="warning",
        summary="who may use the API, and how much: tenants, people, keys, plans",
        description=(
            "Works on the database of the settings (`voice.database_url`), also while the service runs; what is\n"
            "changed holds from the next request on. A tenant is whom messages and voices belong to, by name;\n"
            "a key is its own, or a person's of it, and is printed once: only a hash of it is kept."
        ),
        examples=(
            "  hive accounts tenant add acme --plan pro\n"
            "  KEY=$(hive accounts key new --tenant acme --name server)\n"
            "  hive accounts key list --tenant acme\n"
            "  hive accounts key withdraw ID\n"
            "  hive accounts person add --tenant acme --name Ana --role organiser\n"
            "  hive accounts plan set free --messages 100\n"
            "  hive accounts audit"
        ),
    )
    subjects = parser.add_subparsers(title="subjects", metavar="SUBJECT", required=True, dest="subject")
    for describe in (_tenant, _key, _person, _plan):
        describe(subjects, common)
    audit = subjects.add_parser("audit", help="what was done, the latest first", parents=[common])
    audit.add_argument("--most", type=_count, default=50, metavar="N", help="how many lines (default: 50)")
    audit.set_defaults(action="list")


def _actions(subjects: Subparsers, name: str, about: str) -> Subparsers:
    parser: argparse.ArgumentParser = subjects.add_parser(name, help=about, description=about)
    actions: Subparsers = parser.add_subparsers(
        title="actions", metavar="ACTION", required=True, dest="action"
    )
    return actions


def _tenant(subjects: Subparsers, common: argparse.ArgumentParser) -> None:
    actions = _actions(subjects, "tenant", "whom messages and voices belong to")
    add = actions.add_parser("add", help="makes a tenant; it needs a key next", parents=[common])
    add.add_argument("name", metavar="NAME")
    add.add_argument("--plan", default="free", metavar="PLAN", help="as in `plan list` (default: free)")
    actions.add_parser("list", help="tenants, their plans, and how many keys are good", parents=[common])
    change = actions.add_parser(
        "set",
        help="another plan for a tenant, or what shall be done with its messages",
        description="Without choices nothing of a tenant's messages is kept and nothing leaves this installation.",
        parents=[common],
    )
    change.add_argument("name", metavar="NAME")
    change.add_argument("--plan", metavar="PLAN", help="as in `plan list`")
    for flag, column, about in (
        ("--keep-messages", "keeps_messages", "texts and sound of messages stay in the history"),
        (
            "--remember-messages",
            "remembers_messages",
            "a message that comes again is answered as the first time",
        ),
        (
            "--translate-outside",
            "translates_outside",
            "texts may go to DeepL or Google, where a key of them is set",
        ),
    ):
        change.add_argument(
            flag, dest=column, type=_yes, default=argparse.SUPPRESS, metavar="yes|no", help=about
        )
    remove = actions.add_parser(
        "remove", help="removes a tenant and all that belongs to it, for good", parents=[common]
    )
    remove.add_argument("name", metavar="NAME")


def _key(subjects: Subparsers, common: argparse.ArgumentParser) -> None:
    actions = _actions(subjects, "key", "what is shown with each request")
    new = actions.add_parser("new", help="makes a key and prints it, this once", parents=[common])
    new.add_argument("--tenant", required=True, metavar="NAME", help="whose it is")
    new.add_argument("--name", required=True, metavar="NAME", help="to know it by, e.g. what uses it")
    new.add_argument("--person", metavar="ID", help="in whose name; without it, the tenant's own")
    keys = actions.add_parser("list", help="keys, and when they were used last", parents=[common])
    keys.add_argument("--tenant", metavar="NAME", help="of this tenant alone")
    withdraw = actions.add_parser(
        "withdraw", help="ends a key and its tokens, from the next request on", parents=[common]
    )
    withdraw.add_argument("id", metavar="ID", help="as in `key list`")


def _person(subjects: Subparsers, common: argparse.ArgumentParser) -> None:
    actions = _actions(subjects, "person", "people of a tenant, who may have keys of their own")
    add = actions.add_parser("add", help="makes a person and prints their id", parents=[common])
    add.add_argument("--tenant", required=True, metavar="NAME", help="whose")
    add.add_argument("--name", required=True, metavar="NAME", help="what they are called")
    add.add_argument(
        "--role",
        choices=ROLES,
        default="member",
        help="an operator runs the installation and sees the audit table of all tenants; an organiser acts for the "
        "tenant; a member for themself (default: member)",
    )
    people = actions.add_parser("list", help="people, their roles and ids", parents=[common])
    people.add_argument("--tenant", metavar="NAME", help="of this tenant alone")
    remove = actions.add_parser("remove", help="removes a person and their keys", parents=[common])
    remove.add_argument("id", metavar="ID", help="as in `person list`")


def _plan(subjects: Subparsers, common: argparse.ArgumentParser) -> None:
    actions = _actions(subjects, "plan", "how much a tenant may have, and how soon")
    actions.add_parser("list", help="plans and what they give", parents=[common])
    change = actions.add_parser(
        "set", help="changes a plan, or makes a new one; it holds from the next request on", parents=[common]
    )
    change.add_argument("name", type=_plan_name, metavar="NAME", help="small letters, digits, hyphens")
    for flag, column, kind, metavar, about in (
        ("--messages", "messages_per_month", _messages, "N|unlimited", "voice messages in a month of UTC"),
        ("--promised-s", "promised_s", _seconds, "S", "how soon a message is done, in seconds"),
        ("--queue", "queue", _queue, "P0|P1|P2", "whose work is done first: P0"),
        (
            "--requests-per-minute", "requests_per_minute", _requests, "N|default",
            "with one key; default: voice.requests_per_minute",
        ),
        ("--rights", "rights", _rights, "A,B", f"of {', '.join(RIGHTS)}; none: no right"),
        ("--languages", "languages", _languages, "all|CODES", "in which messages may be, e.g. en,es"),
    ):  # fmt: skip
        change.add_argument(
            flag, dest=column, type=kind, default=argparse.SUPPRESS, metavar=metavar, help=about
        )


def _whole(text: str, least: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and least <= int(text) <= LARGEST):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {LARGEST}")
    return int(text)


def _count(text: str) -> int:
    return min(_whole(text, 1), 10_000)


def _messages(text: str) -> int | None:
    return None if text == "unlimited" else _whole(text, 0)


def _requests(text: str) -> int | None:
    return None if text == "default" else _whole(text, 1)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds, more than 0, at most a day")
    return seconds


def _yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise argparse.ArgumentTypeError(f"{text!r} is neither yes nor no")
    return text == "yes"


def _queue(text: str) -> str:
    if text not in QUEUES:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(QUEUES)}")
    return text


def _rights(text: str) -> list[str]:
    wanted = [part.strip() for part in text.split(",") if part.strip()] if text != "none" else []
    for right in wanted:
        if right not in RIGHTS:
            raise argparse.ArgumentTypeError(f"{right!r} is none of {', '.join(RIGHTS)}")
    return sorted(set(wanted))


def _languages(text: str) -> list[str] | None:
    if text == "all":
        return None
    from protocol.language import base

    codes = sorted({base(language(part.strip())) for part in text.split(",") if part.strip()})
    if not codes:
        raise argparse.ArgumentTypeError("name languages, e.g. en,es, or say all")
    return codes


def _plan_name(text: str) -> str:
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 32 small letters, digits and hyphens")
    return text


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one of the actions."""
    from cli import exits, managing
    from foundation.database import StorageError
    from foundation.http.problems import ProblemError

    try:
        exits.run(managing.act(settings, arguments.subject, arguments.action, _given(arguments)))
    except ProblemError as error:
        return exits.fail(error.problem.detail)
    except (StorageError, OSError) as error:
        return exits.fail(str(error))
    return exits.OK


def _given(arguments: argparse.Namespace) -> dict[str, Any]:
    """What belongs to the action alone."""
    common = {
        "config",
        "profile",
        "log_level",
        "log_format",
        "own_level",
        "command",
        "run",
        "subject",
        "action",
    }
    return {name: value for name, value in vars(arguments).items() if name not in common}
