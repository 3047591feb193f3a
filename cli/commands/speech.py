"""`hive speech`: the engines over HTTP and WebSocket."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "speech",
        run,
        summary="the speech service: recognition, translation, synthesis",
        description=(
            "Serves recognition (port 8001), translation (8002) and synthesis (8003) to workers, all three in one\n"
            "process or each in its own. Addresses come from the settings' section `services`; where these name\n"
            "several copies, each copy on this machine is told its own ports.\n"
            "With --placement ray their engines run in copies that Ray Serve places: see docs/ray.md."
        ),
        examples=(
            "  hive speech\n  hive speech --only mt tts\n  hive speech --only stt --profile gpu\n"
            "  hive speech --only stt --stt-port 8101\n  hive speech --placement ray"
        ),
    )
    parser.add_argument(
        "--only",
        nargs="+",
        action="extend",
        default=[],
        metavar="SERVICE",
        type=_service,
        help="serve stt, mt or tts alone; default: all",
    )
    for name in ("stt", "mt", "tts"):
        parser.add_argument(
            f"--{name}-port", type=int, metavar="PORT", help=f"port of {name}; 0 for any that is free"
        )
    parser.add_argument(
        "--placement",
        choices=("here", "ray"),
        help="where the engines run: in this process, or in copies that Ray Serve places",
    )


def _service(text: str) -> str:
    if text not in ("stt", "mt", "tts"):
        raise argparse.ArgumentTypeError(f"{text!r} is none of stt, mt, tts")
    return text


def _say(line: str) -> None:
    """Progress, beside the services' addresses."""
    print(line, file=sys.stderr, flush=True)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until a signal comes."""
    from cli import exits
    from pipeline.engines.protocols import EngineError, EngineMissing
    from speech_service.serve import serve

    told = {name: getattr(arguments, f"{name}_port") for name in ("stt", "mt", "tts")}
    ports = {name: port for name, port in told.items() if port is not None}
    if arguments.placement:
        settings = replace(settings, services=replace(settings.services, placement=arguments.placement))
    try:
        exits.run(serve(settings, arguments.only, ports, say=_say))
    except EngineMissing as error:
        return exits.fail(str(error), exits.MISSING)
    except EngineError as error:
        return exits.fail(str(error))
    except OSError as error:
        return exits.fail(f"cannot listen: {error.strerror or error}")
    return exits.OK
