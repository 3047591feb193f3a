"""Apertium's mode files: which language pairs are installed, and the programs that make up each.

A mode file is a shell pipeline. It is not run by a shell here: its programs are started directly, so that
they can stay open between requests.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from pipeline.engines.protocols import EngineMissing
from pipeline.text.languages import base

log = structlog.get_logger(__name__)

MODES_DIRECTORIES = (Path("/usr/local/share/apertium/modes"), Path("/usr/share/apertium/modes"))

INSTALL_HINT = (
    "install the program and the language pairs you need, on Debian e.g. "
    "`apt-get install apertium apertium-eng-spa apertium-fr-es apertium-eng-cat`"
)

_NAME = re.compile(r"([a-z]{2,3})-([a-z]{2,3})(?:_(\w+))?")
_SHELL_ONLY = re.compile(r"[;&<>`]|\$\(|\$\{|\|\|")

# these flush at a NUL by themselves and do not know the option
_WITHOUT_NULL_FLUSH = frozenset({"vislcg3", "cg-mwesplit", "hfst-tokenise", "divvun-suggest"})

_ARGUMENTS = {
    "$1": ("-n",),  # the generator leaves marks for unknown words out
    "$2": (),  # an option of the tagger that is not needed
}


@dataclass(frozen=True, slots=True)
class Mode:
    """One direction of an installed pair."""

    name: str
    """As its file is called, e.g. "eng-spa"."""
    source: str
    target: str
    """BCP 47, without region: mode files are named by ISO 639-3."""
    variant: str
    """What follows the pair in the name, e.g. "US" in "spa-eng_US"; often empty."""
    programs: tuple[tuple[str, ...], ...]
    """The commands that are piped into each other, null-flush option included."""

    @property
    def analyser(self) -> tuple[str, ...] | None:
        """The command that looks words of the source language up, where it is one whose answers are understood."""
        return self.programs[0] if Path(self.programs[0][0]).name == "lt-proc" else None


def installed(directories: tuple[Path, ...] = MODES_DIRECTORIES) -> tuple[Mode, ...]:
    """All modes that can be run, plain ones before their variants.

    Raises:
        EngineMissing: there are none.
    """
    files = [file for directory in directories for file in sorted(directory.glob("*.mode"))]
    modes: dict[str, Mode] = {}
    for file in files:
        mode = None if file.stem in modes else _mode(file)
        if mode is not None:
            modes[mode.name] = mode
    if not modes:
        raise EngineMissing(f"no Apertium language pair is installed; {INSTALL_HINT}")
    return tuple(sorted(modes.values(), key=lambda mode: (mode.variant != "", mode.name)))


def _mode(file: Path) -> Mode | None:
    """None for a file that is no mode's, or of one that cannot be run."""
    name = _NAME.fullmatch(file.stem)
    programs = () if name is None else _programs(file)
    if name is None or not programs:
        return None
    return Mode(file.stem, base(name[1]), base(name[2]), name[3] or "", programs)


def _programs(file: Path) -> tuple[tuple[str, ...], ...]:
    """The commands of a mode file; empty for one that needs a shell or a program that is missing."""
    try:
        text = file.read_text(encoding="utf-8")
        words = shlex.split(text.replace("|", " | "))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        log.warning("apertium mode is not readable", mode=file.stem, error=str(error))
        return ()
    if _SHELL_ONLY.search(text):
        log.warning("apertium mode needs a shell and is left out", mode=file.stem)
        return ()
    commands = _commands(words)
    if not all(commands):
        return ()
    for program, *_ in commands:
        if shutil.which(program) is None:
            log.warning("apertium mode needs a missing program", mode=file.stem, program=program)
            return ()
    return tuple(map(_with_null_flush, commands))


def _commands(words: Iterable[str]) -> list[list[str]]:
    """Divided at the pipes, with our arguments in place of the shell's."""
    commands: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            commands.append([])
        else:
            commands[-1] += _ARGUMENTS.get(word, (word,))
    return commands


def _with_null_flush(command: Sequence[str]) -> tuple[str, ...]:
    program, *arguments = command
    flush = () if Path(program).name in _WITHOUT_NULL_FLUSH else ("-z",)
    return (program, *flush, *arguments)
