"""`hive engines`: engines that clone voices, each in an environment of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings
    from stack.engine_environments import InstallableEngine


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "engines",
        run,
        own_level="warning",
        summary="installs engines that clone voices, and looks for the watermark in sound",
        description=(
            "Voices are cloned only where the setting speech.cloning names an engine, and only those of people who\n"
            "have agreed to that in their own voice (docs/api.md). Weights are fetched separately: `hive models fetch`."
        ),
        examples=(
            "  hive engines list\n"
            "  hive engines install pocket-tts                  shows the licences and asks\n"
            "  hive engines install xtts --accept --non-commercial\n"
            "  hive engines check pocket-tts                    starts it, and says what it says of itself\n"
            "  hive engines remove chatterbox\n"
            "  hive engines marked speech.mp3                   does it carry the watermark?"
        ),
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    actions.add_parser("list", help="engines, their licences, and whether they are here", parents=[common])
    install = actions.add_parser("install", help="makes the environment of an engine", parents=[common])
    install.add_argument("name", metavar="NAME", help="as in the list")
    install.add_argument("--accept", action="store_true", help="the licences were read and are accepted")
    install.add_argument(
        "--non-commercial", action="store_true", help="it is used for nothing that is commercial"
    )
    install.add_argument(
        "--torch-index",
        default="",
        metavar="URL",
        help="where PyTorch comes from; a machine without a GPU saves gigabytes with PyTorch's own index for those",
    )
    for name, about in (("check", "starts an engine and ends it"), ("remove", "removes an environment")):
        action = actions.add_parser(name, help=about, parents=[common])
        action.add_argument("name", metavar="NAME", help="as in the list")
    marked = actions.add_parser("marked", help="whether sound carries the watermark", parents=[common])
    marked.add_argument("file", metavar="FILE", type=Path, help="of any common kind")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one of the actions."""
    from cli import exits
    from stack import engine_environments

    if arguments.action == "list":
        _list()
        return exits.OK
    if arguments.action == "marked":
        return _marked(arguments.file, settings)
    engine = engine_environments.find(arguments.name)
    match arguments.action:
        case "install":
            return _install(engine, arguments)
        case "check":
            return exits.run(_check(engine, settings))
        case _:
            exits.run(engine_environments.remove(engine))
            return exits.OK


def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    from stack.engine_environments import INSTALLABLE, state

    table = Table(box=None, pad_edge=False)
    for title in ("name", "here", "package", "commercial use", "GB"):
        table.add_column(title, no_wrap=True)
    for engine in INSTALLABLE:
        here = state(engine)
        table.add_row(
            engine.name,
            "-" if here is None else "yes",
            f"{engine.package} {engine.version}",
            "yes" if engine.commercial else "no",
            f"{engine.gigabytes:g}",
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _install(engine: InstallableEngine, arguments: argparse.Namespace) -> int:
    from cli import exits
    from cli.fetching import Display
    from stack.engine_environments import install

    display = Display()
    for licence in engine.licences:
        display.say(f"{engine.name}: {licence}")
    accepted = arguments.accept or _agrees()
    place = exits.run(
        install(
            engine,
            accepted=accepted,
            non_commercial=arguments.non_commercial,
            torch_index=arguments.torch_index,
            say=display.say,
        )
    )
    display.say(
        f"{engine.name} is here: {place}; next: `hive models list` for its weights, then speech.cloning"
    )
    return exits.OK


def _agrees() -> bool:
    """Asks in a terminal; elsewhere nobody has agreed."""
    if not sys.stdin.isatty():
        return False
    print("Do you accept them? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


async def _check(engine: InstallableEngine, settings: Settings) -> int:
    """Starts what the setting would start; says in one line what is missing."""
    from dataclasses import replace

    from cli import exits
    from pipeline.engines.cloning.loading import load_cloning
    from pipeline.engines.cloning.synthesizer import CloningSynthesizer
    from pipeline.engines.protocols import EngineError, EngineMissing
    from stack import hub
    from stack.engine_environments import state

    chosen = replace(settings, speech=replace(settings.speech, cloning=engine.name))
    loaded = await load_cloning(chosen)
    try:
        cloner = loaded.clones()
        ready = await cloner.start() if isinstance(cloner, CloningSynthesizer) else {}
        languages = " ".join(cloner.info.languages)
        print(f"{engine.name}: works; {ready.get('rate_hz')} Hz; watermark {cloner.watermark}; {languages}")
    except EngineError as error:
        weights = isinstance(error, EngineMissing) and state(engine) is not None
        away = weights and not await hub.answers(settings.models.hub_url)
        return exits.fail(f"{error}{'; the hub cannot be reached from here' if away else ''}", exits.MISSING)
    finally:
        await loaded.close()
    return exits.OK


def _marked(file: Path, settings: Settings) -> int:
    """Says how sure it is; the exit status says it to programs."""
    from cli import exits
    from pipeline.audio import SPEAKING_RATE_HZ, AudioError
    from pipeline.engines.protocols import EngineError
    from pipeline.recordings.decoding import TooMuchSound, decode
    from pipeline.recordings.watermark import SURE, Watermark

    try:
        watermark = Watermark.load(settings.models.directory)
        sound = decode(file.read_bytes(), rate_hz=SPEAKING_RATE_HZ, max_s=3600.0).pcm
    except EngineError as error:
        return exits.fail(str(error), exits.MISSING)
    except (OSError, AudioError, TooMuchSound) as error:
        return exits.fail(f"{file}: {error}")
    confidence = watermark.confidence(sound, SPEAKING_RATE_HZ)
    found = confidence >= SURE
    print(f"{file}: {watermark.name} {'is' if found else 'is not'} in it ({confidence:.2f} of 1)")
    return exits.OK if found else exits.FAILED
