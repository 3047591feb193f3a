"""`python -m speech_service`: the engines over HTTP and WebSocket, all three in one process or each in its own."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from config import logging
from config.exposure import refuse_exposed_development
from config.reading import load
from config.settings import Settings, SettingsError
from foundation.signals import until_signal
from foundation.tracing.spans import trace_id
from pipeline.engines.protocols import EngineError
from speech_service.serve import SERVICES, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until SIGINT or SIGTERM; 0 then, 1 when the services cannot run, 2 for wrong arguments or settings."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = _as_asked(chosen, load(chosen.config))
        refuse_exposed_development(settings)
    except SettingsError as error:
        return _fail(str(error), 2)
    logging.configure(settings.logging, service="hive-speech", trace_id=trace_id)
    ports = {name: port for name in SERVICES if (port := getattr(chosen, f"{name}_port")) is not None}
    try:
        asyncio.run(
            until_signal(serve(settings, frozenset(chosen.only or ()), ports, announce=_announce, say=_say))
        )
    except SettingsError as error:
        return _fail(str(error), 2)
    except EngineError as error:
        return _fail(str(error), 1)
    except OSError as error:
        return _fail(f"cannot listen: {error.strerror or error}", 1)
    return 0


def _as_asked(chosen: argparse.Namespace, settings: Settings) -> Settings:
    """The settings with what the command line says instead."""
    services = replace(
        settings.services,
        host=chosen.host or settings.services.host,
        placement=chosen.placement or settings.services.placement,
    )
    return replace(settings, profile=chosen.profile or settings.profile, services=services)


def _announce(line: str) -> None:
    print(line, flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _fail(message: str, status: int) -> int:
    print(f"speech_service: error: {message}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m speech_service",
        description="Serves recognition (stt), translation (mt) and synthesis (tts), each on a port of its own. "
        "Without options: all that have a URL in the settings' section `services`, on the ports of these URLs.",
    )
    parser.add_argument(
        "--only", action="append", choices=SERVICES, help="serve only this one; may be given several times"
    )
    for name in SERVICES:
        parser.add_argument(
            f"--{name}-port", type=int, metavar="PORT", help=f"port of {name}; 0 for any that is free"
        )
    parser.add_argument("--host", help="address to listen on (settings: services.host)")
    parser.add_argument("--profile", choices=("auto", "embedded", "cpu", "gpu"), help="which engines to take")
    parser.add_argument("--placement", choices=("here", "ray"), help="where the engines run; see docs/ray.md")
    parser.add_argument("--config", type=Path, help="settings file (default: hive.toml, if it is there)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
