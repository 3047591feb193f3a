"""`hive pair`: a code that pairs a device, and which are paired, where nobody has the page at hand."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from auth_service.wiring import Container
    from config.settings import Settings


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "pair",
        run,
        own_level="warning",
        summary="a code that pairs a browser's extension with this installation",
        description=(
            "Prints a code that is typed in the extension within ten minutes, once, beside the address of this\n"
            "installation. Works on the database of the settings (`auth.database_url`), also while the services\n"
            "run. What is paired by it belongs to the operator."
        ),
        examples=(
            "  hive pair\n"
            "  CODE=$(hive pair)\n"
            "  hive pair --list\n"
            "  hive pair --withdraw ID                      ends a device and the rooms that it is in"
        ),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="the devices that are paired, whoever paired them")
    what.add_argument("--withdraw", metavar="ID", help="ends a device, as in --list")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one thing and ends."""
    from auth_service.errors import Refused
    from cli import exits
    from foundation.database import StorageError
    from stack.keys import with_own_keys

    try:
        exits.run(_pair(arguments, with_own_keys(settings)))
    except (Refused, StorageError) as error:
        return exits.fail(str(error))
    return exits.OK


async def _pair(arguments: argparse.Namespace, settings: Settings) -> None:
    """Raises Refused, StorageError, SettingsError."""
    from auth_service.wiring import opened

    async with opened(settings) as services:
        if arguments.list:
            await _show(services)
        elif arguments.withdraw:
            await _withdraw(services, arguments.withdraw)
        else:
            await _make(services)


async def _make(services: Container) -> None:
    from auth_service.storage.devices import OPERATOR
    from auth_service.wiring import public_url

    made = await services.pairing.make_code(OPERATOR)
    until = datetime.fromtimestamp(made.expires_at).astimezone()
    _say(f"type this code in the extension, with the address {public_url(services.settings)},")
    _say(f"until {until:%H:%M:%S}; it is good for one device")
    print(made.code)


async def _show(services: Container) -> None:
    from auth_service.storage.devices import OPERATOR

    for device in await services.pairing.devices(OPERATOR):
        used = datetime.fromtimestamp(device.used_at, UTC)
        print(f"{device.id}  {used:%Y-%m-%dT%H:%M:%SZ}  {device.name}")


async def _withdraw(services: Container, device: str) -> None:
    from auth_service.errors import MediaServerError
    from auth_service.storage.devices import OPERATOR

    found = await services.pairing.withdraw(device, OPERATOR)
    _say(f"{device} is withdrawn")
    try:
        await services.paired_rooms.close_all(found)
    except MediaServerError:
        _say("the media server is not reached from here: the token service puts the device out of its rooms")


def _say(words: str) -> None:
    print(words, file=sys.stderr)
