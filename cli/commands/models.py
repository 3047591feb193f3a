"""`hive models`: lists, fetches and finds models."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings
    from stack.catalogue import Model
    from stack.models import ModelStore


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "models",
        run,
        own_level="warning",
        summary="lists, fetches and finds models",
        description=(
            "Models are needed by the profiles cpu and gpu; the profile embedded runs without any.\n"
            "Every file is checked against its published checksum; what broke off is continued."
        ),
        examples=(
            "  hive models list\n"
            "  hive models fetch whisper-small opus-en-es kokoro\n"
            "  hive models fetch opus-en-fi piper-de_DE-thorsten-medium    any pair, any voice\n"
            "  hive models path whisper-small"
        ),
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    actions.add_parser("list", help="models, their licences, and whether they are here", parents=[common])
    fetch = actions.add_parser("fetch", help="fetches models", parents=[common])
    fetch.add_argument("names", nargs="+", metavar="NAME", help="as in the list")
    path = actions.add_parser("path", help="prints where models lie", parents=[common])
    path.add_argument("name", nargs="?", metavar="NAME", help="one model; without it the directory of all")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one of the actions."""
    from cli import exits
    from stack import catalogue
    from stack.models import ModelStore

    store = ModelStore(settings.models)
    if arguments.action == "list":
        _list(store, catalogue.listed())
    elif arguments.action == "path":
        print(store.path(catalogue.find(arguments.name)) if arguments.name else settings.models.directory)
    else:
        exits.run(_fetch(store, [catalogue.find(name) for name in arguments.names]))
    return exits.OK


def _list(store: ModelStore, models: list[Model]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "here", "licence", "MB", "for", box=None, pad_edge=False)
    for model in models:
        table.add_row(
            model.name, "yes" if store.has(model) else "-", model.licence, str(model.megabytes), model.about
        )
    Console(soft_wrap=not sys.stdout.isatty()).print(table)


async def _fetch(store: ModelStore, models: list[Model]) -> None:
    """Fetches one model after the other, with a bar for each file."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    for model in models:
        if store.has(model):
            console.print(f"{model.name} is here: {store.path(model)}", soft_wrap=True, highlight=False)
            continue
        with Progress(*columns, console=console) as bars:
            shown: dict[str, TaskID] = {}

            def progress(
                name: str,
                here: int,
                whole: int | None,
                bars: Progress = bars,
                shown: dict[str, TaskID] = shown,
            ) -> None:
                if name not in shown:
                    shown[name] = bars.add_task(name, total=whole)
                bars.update(shown[name], completed=here, total=whole)

            path = await store.fetch(
                model,
                say=lambda line: console.print(line, soft_wrap=True, highlight=False),
                progress=progress,
            )
        console.print(f"{model.name} is here: {path}", soft_wrap=True, highlight=False)
