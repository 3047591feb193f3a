"""`hive up`: everything on this machine, left running for people."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command, language, languages

if TYPE_CHECKING:
    from config.settings import Settings
    from stack.local import Stack


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "up",
        run,
        own_level="warning",
        summary="starts everything on this machine and leaves it running",
        description=(
            "Starts the media server, the speech service, the worker, the auth service with the web app and the voice\n"
            "API, and prints where to go. A part that dies is started again. Ctrl-C ends everything; nothing is\n"
            "left behind. Everything listens on this machine alone; docs/operations.md says how to open it to others."
        ),
        examples=(
            "  hive up\n"
            "  hive up --room demo                          prints links for a room with any LiveKit client\n"
            "  hive up --room demo --speaks en --hear es,fr\n"
            "  hive up --port-offset 100                    beside another stack"
        ),
    )
    parser.add_argument(
        "--room", metavar="NAME", help="print links for this room, which invite the interpreter"
    )
    parser.add_argument(
        "--speaks", type=language, default="en", metavar="CODE", help="what its speakers speak (default: en)"
    )
    parser.add_argument(
        "--hear",
        type=languages,
        default=("es", "fr"),
        metavar="CODES",
        help="a listener's link for each of these languages (default: es,fr)",
    )
    parser.add_argument("--port-offset", type=int, default=0, metavar="N", help="shift every port by N")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="where the logs of the parts go")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until a signal comes; nothing else ends it."""
    from cli import exits

    exits.run(_up(arguments, settings))
    return exits.OK


async def _up(arguments: argparse.Namespace, settings: Settings) -> None:
    from cli import fetching
    from stack.local import Stack
    from stack.ports import Ports

    stack = Stack(
        settings,
        ports=Ports.of(settings).shifted(arguments.port_offset),
        directory=arguments.directory,
        restart=True,
        report=say,
    )
    await fetching.provide(settings)
    try:
        async with stack:
            _welcome(stack, arguments)
            if key := await first_key(stack.settings):  # not before: a start that fails would lose it
                print(key, flush=True)
            await asyncio.Event().wait()  # until Ctrl-C or SIGTERM cancels
    finally:
        say("everything has ended")


async def first_key(settings: Settings) -> str:
    """What to tell of the first key of the voice API; empty where there is an account already.

    It is made here, on the terminal: what the part itself prints goes to its log.

    Raises StackError where the database cannot be reached.
    """
    from foundation.database import StorageError
    from stack.errors import PartFailed
    from voice_service.accounts import first
    from voice_service.storage.database import opened

    try:
        async with opened(settings.voice.database_url.get_secret_value()) as engine:
            key = await first.first_key(engine, settings, clock=time.time)
    except StorageError as error:
        raise PartFailed("voice", f"cannot start: {error}") from error
    return "" if key is None else f"\nVoice API. {first.shown_once(key)}\n"


def say(line: str) -> None:
    """One line about progress, for the person who waits."""
    print(f"hive: {line}", file=sys.stderr, flush=True)


def _welcome(stack: Stack, arguments: argparse.Namespace) -> None:
    """Where to go and what to do next."""
    from stack.invitation import join_link, token

    url = stack.settings.livekit.url
    lines = ["", "HIVE is running.", f"  media server   {url}"]
    if stack.auth_url:
        lines.append(
            f"  web app        {stack.auth_url}   open this, make a meeting; the interpreter comes too"
        )
    if stack.voice_url:
        lines.append(
            f"  voice API      {stack.voice_url}/docs   voice messages and speech, with a key: hive accounts"
        )
    lines += [f"  logs           {stack.directory}", ""]
    if arguments.room:
        livekit, room = stack.settings.livekit, arguments.room
        lines.append(
            f"Room {room}, with any LiveKit client; the interpreter comes by itself. Use headphones."
        )
        speaker = token(livekit, room, "speaker", language=arguments.speaks)
        lines += [f"  to speak {arguments.speaks}:", f"    {join_link(url, speaker)}"]
        for code in arguments.hear:
            listener = token(livekit, room, f"listener-{code}", language=code)
            lines += [f"  to hear {code}:", f"    {join_link(url, listener)}"]
        lines += [
            "  Everybody may write /translate es or /speak fr in the chat. The links last 12 hours.",
            "",
        ]
    else:
        lines += ["For links to a room that any LiveKit client opens: hive up --room NAME", ""]
    lines.append("Ctrl-C ends everything.")
    print("\n".join(lines), flush=True)
