"""`hive init`: settings and secrets to begin with, and what to do next."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings
    from stack.first_settings import Beginning

_NEXT: Final = {
    "machine": (
        "  hive doctor                what is here, and what is missing\n"
        "  hive up                    starts everything; the page is at {page}"
    ),
    "tls": (
        "  hive models fetch --usual\n"
        "  livekit-server --config livekit.yaml\n"
        "  hive speech                each of these in this directory, kept running (docs/operations.md has units)\n"
        "  hive worker\n"
        "  python -m auth_service\n"
        "  hive voice\n"
        "and a proxy with a certificate for {domain} and api.{domain}: docs/operations.md"
    ),
    "compose": (
        "  docker compose up --detach --build\n"
        "  docker compose exec voice python -m cli accounts --help"
    ),
}  # fmt: skip


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "init",
        run,
        own_level="warning",
        summary="writes settings and secrets to begin with, and says what to do next",
        description=(
            "Writes hive.toml (and livekit.yaml, for a machine that others reach), or .env for docker compose, into\n"
            "a directory, with secrets of this installation's own, readable by you alone. Asks on a terminal; what is\n"
            "there already is left unless --force is said: other secrets end all links and tokens."
        ),
        examples=(
            "  hive init\n"
            "  hive init --yes                                          this machine alone\n"
            "  hive init --for tls --domain meet.example.org --yes      reached by others, behind a proxy\n"
            "  hive init --for compose --domain meet.example.org --address 203.0.113.7 --yes"
        ),
    )
    parser.add_argument("directory", nargs="?", type=Path, default=Path(), help="where to (default: here)")
    parser.add_argument(
        "--for",
        dest="kind",
        choices=("machine", "tls", "compose"),
        help="what to begin with (default: machine)",
    )
    parser.add_argument("--domain", metavar="NAME", help="the name under which people come; leads to tls")
    parser.add_argument("--address", metavar="IP", help="the address at which browsers reach this machine")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    parser.add_argument("--force", action="store_true", help="overwrite what is there")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes all files or none."""
    from cli import exits
    from stack.first_settings import Beginning, files

    if not arguments.yes and not sys.stdin.isatty():
        return exits.fail(
            "nobody can be asked here: say --yes, with --for and --domain where that is meant", exits.USAGE
        )
    try:
        beginning = _checked(Beginning(*_wanted(arguments)))
    except ValueError as error:
        return exits.fail(str(error), exits.USAGE)
    written = {arguments.directory / name: text for name, text in files(beginning).items()}
    there = [str(path) for path in written if path.exists()]
    if there and not arguments.force:
        return exits.fail(f"{', '.join(there)}: there already, and left as it is (--force overwrites it)")
    try:
        for path, text in written.items():
            _write(path, text)
    except OSError as error:
        return exits.fail(f"{error.filename}: {error.strerror}")
    _tell(beginning, list(written))
    return exits.OK


def _wanted(arguments: argparse.Namespace) -> tuple[Any, str, str]:
    """Kind, domain and address: as said, as asked, or as usual; not checked yet."""
    kind, domain, address = arguments.kind, arguments.domain, arguments.address
    if not arguments.yes:
        kind = kind or _asked(
            "For: machine (this one alone), tls (others come), compose (in containers)", "machine"
        )
        if kind != "machine":
            domain = domain if domain is not None else _asked("Name under which people come", "")
            address = address if address is not None else _asked("Public address of this machine", "")
    return kind or ("tls" if domain else "machine"), domain or "", address or ""


def _asked(question: str, usual: str) -> str:
    return input(f"{question}{f' [{usual}]' if usual else ''}: ").strip() or usual


def _checked(beginning: Beginning) -> Beginning:
    """Raises ValueError."""
    from ipaddress import ip_address

    from stack.first_settings import is_domain

    if beginning.kind not in _NEXT:
        raise ValueError(f"{beginning.kind!r} is none of {', '.join(_NEXT)}")
    if beginning.domain and not is_domain(beginning.domain):
        raise ValueError(f"{beginning.domain!r} is no name like meet.example.org")
    if beginning.kind == "tls" and not beginning.domain:
        raise ValueError("tls needs --domain NAME: certificates are for names")
    if beginning.kind == "machine" and beginning.domain:
        raise ValueError("a machine that others reach by a name needs --for tls or compose")
    if beginning.address:
        ip_address(beginning.address)
    return beginning


def _write(path: Path, text: str) -> None:
    """For its owner alone from the first moment on, as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new-{os.getpid()}")
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    fresh.replace(path)


def _tell(beginning: Beginning, written: list[Path]) -> None:
    for path in written:
        print(f"hive: wrote {path}, readable by you alone", file=sys.stderr)
    print(f"Links:\n  page       {beginning.page_url}\n  voice API  {beginning.voice_url}/docs\nNext:")
    print(_NEXT[beginning.kind].format(page=beginning.page_url, domain=beginning.domain))
