"""`hive bench`: measures hearing, meetings and capacity on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command, language, languages, positive

if TYPE_CHECKING:
    from config.settings import Settings

_PLANS = ("free", "pro", "business", "enterprise")

_DESCRIPTION = """\
Measures on this machine, with the models that are here. docs/measuring.md says what each figure means.

  hearing   a recording: words wrong streamed and offline, delays, compute
  corpus    many recordings: what streaming costs in words, for each and on average
  answers   single words with silence around them: kept, doubled or lost
  meeting   a room with speakers and listeners: lag, coverage, compute for each part
  capacity  how many speakers fit on a core, or on a GPU
  files     a whole file through the service: words wrong and time, beside offline
  placement the services with engines in their own process, beside copies on Ray
  plans     the public API with several plans at once: throughput, latency, waits, refusals
  repeated  a voice message for the first time and again, from each level of memory
  voices    how well voices are told apart: similarities, equal error
  compare   two results side by side"""


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "bench",
        run,
        own_level="error",
        summary="measures hearing, meetings and capacity on this machine",
        description=_DESCRIPTION,
        examples=(
            "  hive bench hearing --file talk.flac --text talk.txt --language en --model base --beside plain\n"
            "  hive bench corpus --model base --out results\n"
            "  hive bench answers --model tiny.en --voices af_heart,am_adam\n"
            "  hive bench meeting --speaks es,en --hear en,fr\n"
            "  hive bench files --model base --seconds 600\n"
            "  hive bench placement --model base --speakers 1,2,4\n"
            "  hive bench plans --plans free,pro,business --clients 4 --seconds 120\n"
            "  hive bench compare before.json after.json"
        ),
    )
    actions = parser.add_subparsers(title="measurements", metavar="WHAT", required=True, dest="action")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="one JSON object for programs")
    shared.add_argument(
        "--out", type=Path, metavar="DIR", help="also writes JSON, Markdown and plots into this directory"
    )
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument(
        "--model",
        default="",
        metavar="NAME",
        help="a Whisper model by name or directory, or pocketsphinx; default: what the settings choose",
    )
    plain, modelled = [common, shared], [common, shared, model]
    _of_recordings(actions, modelled)
    _of_rooms(actions, plain, modelled)
    _of_services(actions, plain, modelled)
    compare = actions.add_parser("compare", help="two results side by side", parents=[common])
    compare.add_argument("first", type=Path, metavar="A")
    compare.add_argument("second", type=Path, metavar="B")


def _of_recordings(actions: Subparsers, modelled: list[argparse.ArgumentParser]) -> None:
    """How recordings are heard."""
    hearing = actions.add_parser(
        "hearing", help="words wrong, delays and compute of a recording", parents=modelled
    )
    hearing.add_argument("--file", type=Path, required=True, metavar="FILE", help="the recording")
    hearing.add_argument(
        "--text", default="", metavar="TEXT", help="what is said in it: a text, or a file that holds it"
    )
    hearing.add_argument("--language", type=language, default="en", metavar="CODE", help="default: en")
    _pace(hearing, "real")
    _beside(hearing)
    corpus = actions.add_parser("corpus", help="streamed against offline over the corpus", parents=modelled)
    corpus.add_argument(
        "--only", default="", metavar="WORDS", help="recordings whose names contain one of these, with commas"
    )
    corpus.add_argument("--list", action="store_true", help="names the recordings and measures nothing")
    _pace(corpus, "sound")
    _beside(corpus)
    answers = actions.add_parser("answers", help="single words: kept, doubled or lost", parents=modelled)
    answers.add_argument(
        "--voices", default="", metavar="NAMES", help="with commas; default: six of the natural voices here"
    )
    answers.add_argument("--words", type=positive, default=40, metavar="N", help="of 40 words (default: all)")
    _pace(answers, "sound")


def _of_rooms(
    actions: Subparsers, plain: list[argparse.ArgumentParser], modelled: list[argparse.ArgumentParser]
) -> None:
    """What a room takes, and a machine bears."""
    meeting = actions.add_parser("meeting", help="a room: lag, coverage, compute of each part", parents=plain)
    meeting.add_argument(
        "--speaks", type=languages, default=("en",), metavar="CODES", help="a speaker for each (default: en)"
    )
    meeting.add_argument(
        "--hear", type=languages, default=("es", "fr"), metavar="CODES", help="a listener for each"
    )
    meeting.add_argument(
        "--seconds", type=positive, default=60, metavar="S", help="how long everybody speaks (default: 60)"
    )
    capacity = actions.add_parser("capacity", help="speakers for each core, or on a GPU", parents=modelled)
    capacity.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="cuda measures the shape of large-v3-turbo"
    )


def _of_services(
    actions: Subparsers, plain: list[argparse.ArgumentParser], modelled: list[argparse.ArgumentParser]
) -> None:
    """Files, messages and voices, through the services that do them."""
    files = actions.add_parser(
        "files", help="a whole file through the service, beside offline", parents=modelled
    )
    files.add_argument(
        "--file", type=Path, metavar="FILE", help="the recording; default: readings that are here, joined"
    )
    files.add_argument(
        "--text", default="", metavar="TEXT", help="what is said in it: a text, or a file that holds it"
    )
    files.add_argument("--language", type=language, default="en", metavar="CODE", help="default: en")
    files.add_argument(
        "--seconds", type=positive, default=600, metavar="S", help="of the readings (default: 600)"
    )
    placement = actions.add_parser(
        "placement", help="engines in the services, beside copies on Ray", parents=modelled
    )
    placement.add_argument(
        "--speakers",
        type=_numbers,
        default=(1, 2, 4),
        metavar="NUMBERS",
        help="a round with each so many at once (default: 1,2,4)",
    )
    placement.add_argument(
        "--seconds", type=positive, default=60, metavar="S", help="how long each round is (default: 60)"
    )
    plans = actions.add_parser("plans", help="the public API with several plans at once", parents=plain)
    plans.add_argument(
        "--plans",
        type=_plans,
        default=_PLANS,
        metavar="NAMES",
        help=f"with commas (default: {','.join(_PLANS)})",
    )
    plans.add_argument(
        "--clients",
        type=positive,
        default=2,
        metavar="N",
        help="for each plan; half of them ask for jobs (default: 2)",
    )
    plans.add_argument(
        "--seconds",
        type=positive,
        default=60,
        metavar="S",
        help="nothing is begun after so long (default: 60)",
    )
    _message(plans)
    repeated = actions.add_parser(
        "repeated", help="a voice message for the first time and again", parents=plain
    )
    _message(repeated)
    voices = actions.add_parser("voices", help="how well voices are told apart: equal error", parents=plain)
    voices.add_argument("--language", type=language, default="en", metavar="CODE", help="default: en")


def _message(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--file", type=Path, metavar="FILE", help="the message; default: readings of some seconds"
    )
    parser.add_argument(
        "--into", type=language, default="es", metavar="CODE", help="what it is translated into (default: es)"
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(positive(part.strip()) for part in text.split(","))


def _plans(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(filter(None, (part.strip() for part in text.split(",")))))
    if unknown := sorted(set(names) - set(_PLANS)) or not names:
        raise argparse.ArgumentTypeError(f"{unknown or 'nothing'}: plans are {', '.join(_PLANS)}")
    return names


def _pace(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--pace",
        choices=("real", "sound"),
        default=default,
        help="real: as in a meeting; sound: as fast as it goes, delays counted in sound without the passes' "
        f"own time (default: {default})",
    )


def _beside(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--beside", choices=("plain",), help="a plain LocalAgreement-2 loop on the same sound"
    )
    parser.add_argument(
        "--beside-threads",
        type=positive,
        default=0,
        metavar="N",
        help="threads of the plain loop and of the offline look (default: the library's choice)",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Measures and prints."""
    from bench.commands import COMMANDS
    from cli import exits
    from demo.meeting import MeetingError
    from demo.talk import TalkError
    from hive_client import HiveError
    from pipeline.engines.protocols import EngineError, EngineMissing
    from stack.errors import StackError

    try:
        return exits.run(COMMANDS[arguments.action](arguments, settings))
    except EngineMissing as error:
        return exits.fail(str(error), exits.MISSING)
    except (
        TalkError,
        EngineError,
        HiveError,
        MeetingError,
        StackError,
        TimeoutError,
        OSError,
        ValueError,
    ) as error:
        return exits.fail(str(error) or type(error).__name__)
