"""What the commands share: how one is described, and checks of arguments that several take."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from protocol.language import hyphenated, is_code

if TYPE_CHECKING:
    from config.settings import Settings

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse has no public name for it
else:
    Subparsers = object

Run = Callable[[argparse.Namespace, "Settings"], int]


def command(
    commands: Subparsers,
    common: argparse.ArgumentParser,
    name: str,
    run: Run,
    *,
    summary: str,
    description: str,
    examples: str,
    own_level: str | None = None,
) -> argparse.ArgumentParser:
    """Adds a command; `run` gets the arguments and the settings and returns the exit status.

    `own_level` is what the command itself logs at least; None takes it from the settings.
    """
    added: argparse.ArgumentParser = commands.add_parser(
        name,
        parents=[common],
        help=summary,
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    added.set_defaults(run=run, own_level=own_level)
    return added


def language(text: str) -> str:
    """A BCP 47 code, e.g. "es" or "pt-BR"."""
    if not is_code(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a language code like es or pt-BR")
    return hyphenated(text)


def languages(text: str) -> tuple[str, ...]:
    """Several codes with commas between them."""
    return tuple(language(part.strip()) for part in text.split(",") if part.strip())


def positive(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)
