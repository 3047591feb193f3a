"""Apertium's mode files: which language pairs are installed, and the programs that make up each.

A mode file is a shell pipeline. It is not run by a shell here: its programs are started directly, so that
they can stay open between requests.
"""

from __future__ import annotations

import re
import shlex
import shutil
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
        if file.stem in modes or not (name := _NAME.fullmatch(file.stem)):
            continue
        source, target = map(base, name.group(1, 2))
        programs = _programs(file)
        if programs:
            modes[file.stem] = Mode(file.stem, source, target, name[3] or "", programs)
    if not modes:
        raise EngineMissing(f"no Apertium language pair is installed; {INSTALL_HINT}")
    return tuple(sorted(modes.values(), key=lambda mode: (mode.variant != "", mode.name)))


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
    commands: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            commands.append([])
        elif word == "$1":
            commands[-1].append("-n")  # the generator leaves marks for unknown words out
        elif word != "$2":  # an option of the tagger that is not needed
            commands[-1].append(word)
    if not all(commands):
        return ()
    for command in commands:
        if shutil.which(command[0]) is None:
            log.warning("apertium mode needs a missing program", mode=file.stem, program=command[0])
            return ()
        if Path(command[0]).name not in _WITHOUT_NULL_FLUSH:
            command.insert(1, "-z")
    return tuple(tuple(command) for command in commands)
