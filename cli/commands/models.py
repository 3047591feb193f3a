"""`hive models`: lists, fetches, checks, converts and finds models."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli import exits
from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings
    from stack.model import Model
    from stack.models import ModelStore


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "models",
        run,
        own_level="warning",
        summary="lists, fetches, checks and converts models",
        description=(
            "`hive demo` and `hive up` fetch what fits the machine by themselves; the profile embedded runs without.\n"
            "A model is known by the SHA-256 of its files: the hub, a release, or packages that pip and npm bring may\n"
            "hand it over. Where that is not known beforehand, the list says so, and what came first is noted and kept."
        ),
        examples=(
            "  hive models list\n"
            "  hive models fetch --usual                                   what fits this machine\n"
            "  hive models fetch whisper-small opus-en-es kokoro\n"
            "  hive models fetch opus-en-fi piper-de_DE-thorsten-medium    any pair, any voice\n"
            "  hive models check                                           are the bytes still the same?\n"
            "  hive models convert Helsinki-NLP/opus-mt-en-sla --as opus-en-cs\n"
            "  hive models convert openai/whisper-small.en\n"
            "  hive models path whisper-small"
        ),
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    actions.add_parser("list", help="models, their licences, and whether they are here", parents=[common])
    fetch = actions.add_parser("fetch", help="fetches models", parents=[common])
    fetch.add_argument("names", nargs="*", metavar="NAME", help="as in the list")
    fetch.add_argument(
        "--usual", action="store_true", help="what fits this machine; what cannot be had is told and left out"
    )
    check = actions.add_parser("check", help="compares what is here with what is known", parents=[common])
    check.add_argument(
        "names", nargs="*", metavar="NAME", help="as in the list; without it all that are here"
    )
    convert = actions.add_parser(
        "convert",
        help="makes an official Helsinki-NLP or Whisper model usable",
        parents=[common],
    )
    convert.add_argument("model", metavar="REPOSITORY|DIRECTORY", help="on the hub, or on this machine")
    convert.add_argument(
        "--as",
        dest="name",
        metavar="NAME",
        help="what it is from now on, e.g. opus-en-uk or whisper-small.en",
    )
    convert.add_argument(
        "--prefix", metavar="TOKEN", help="which target is meant of a model with several, e.g. '>>ukr<<'"
    )
    path = actions.add_parser("path", help="prints where models lie", parents=[common])
    path.add_argument("name", nargs="?", metavar="NAME", help="one model; without it the directory of all")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one of the actions."""
    from stack.models import ModelStore

    return _ACTIONS.get(arguments.action, _fetch_named)(arguments, settings, ModelStore(settings.models))


def _list_all(arguments: argparse.Namespace, settings: Settings, store: ModelStore) -> int:
    from stack import catalogue

    _list(store, catalogue.listed())
    return exits.OK


def _tell_path(arguments: argparse.Namespace, settings: Settings, store: ModelStore) -> int:
    from stack import catalogue

    print(store.path(catalogue.find(arguments.name)) if arguments.name else settings.models.directory)
    return exits.OK


def _check_named(arguments: argparse.Namespace, settings: Settings, store: ModelStore) -> int:
    from stack import catalogue

    names = [catalogue.find(name) for name in arguments.names]
    return exits.run(_check(store, names or list(filter(store.has, catalogue.listed()))))


def _convert_one(arguments: argparse.Namespace, settings: Settings, store: ModelStore) -> int:
    exits.run(_convert(arguments, settings))
    return exits.OK


def _fetch_named(arguments: argparse.Namespace, settings: Settings, store: ModelStore) -> int:
    if bool(arguments.names) == arguments.usual:
        return exits.fail("name models, or say --usual", exits.USAGE)
    exits.run(_fetch(arguments, settings, store))
    return exits.OK


_ACTIONS = {"list": _list_all, "path": _tell_path, "check": _check_named, "convert": _convert_one}


def _list(store: ModelStore, models: list[Model]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("name", "here", "pinned", "licence", "MB", "from", "for"):
        table.add_column(title, no_wrap=True)
    for model in models:
        table.add_row(
            model.name,
            "yes" if store.has(model) else "-",
            "yes" if model.pinned else "no",
            model.licence,
            str(model.megabytes),
            ", ".join(model.origins),
            model.about,
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    print(
        "not pinned: their checksums come from the hub itself; what came first is noted and kept",
        file=sys.stderr,
    )


async def _fetch(arguments: argparse.Namespace, settings: Settings, store: ModelStore) -> None:
    """Fetches one model after the other, with a bar for each file."""
    from cli.fetching import Display, provide
    from stack import catalogue

    if arguments.usual:
        await provide(settings)
        return
    display = Display()
    for model in [catalogue.find(name) for name in arguments.names]:
        if store.has(model):
            display.say(f"{model.name} is here: {store.path(model)}")
        else:
            await display.fetch(store, model)


async def _check(store: ModelStore, models: list[Model]) -> int:

    status = exits.OK
    for model in models:
        if not store.has(model):
            print(f"{model.name}: not here")
            status = exits.FAILED
        elif differing := await store.check(model):
            print(f"{model.name}: other bytes than known: {', '.join(differing)}")
            status = exits.FAILED
        else:
            print(
                f"{model.name}: as known"
                if model.pinned
                else f"{model.name}: as first trusted, if ever noted"
            )
    return status


async def _convert(arguments: argparse.Namespace, settings: Settings) -> None:
    from cli.fetching import Display
    from stack import converting

    display = Display()
    with display.bars() as bars:
        place = await converting.convert(
            arguments.model, settings.models, name=arguments.name, prefix=arguments.prefix,
            say=display.say, progress=bars.told,
        )  # fmt: skip
    display.say(f"{Path(arguments.model).name} is here: {place}")
