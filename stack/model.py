"""What a model is: the bytes that it consists of, who hands them over, where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stack.licences import PERMISSIVE

Index = Literal["pip", "npm"]


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file in a repository of the hub, at one commit."""

    repository: str
    revision: str
    path: str


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file that is published beside the source code of a project."""

    path: str
    """Of its URL, below the releases' address."""


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A file in the archive of a published package."""

    package: str
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class Packaged:
    """Published packages that carry the same bytes; the parts are joined in order."""

    index: Index
    parts: tuple[ArchiveMember, ...]


@dataclass(frozen=True, slots=True)
class PackagedArrays:
    """A published package with one headerless file of float32 for each array, NAME.bin in one folder."""

    index: Index
    package: str
    version: str
    folder: str
    shape: tuple[int, ...]


ModelSource = HubFile | ReleaseFile | Packaged | PackagedArrays


@dataclass(frozen=True, slots=True)
class File:
    """A file of a model. Whoever hands it over, its bytes are the same."""

    name: str
    """What it is called on disk."""
    sources: tuple[ModelSource, ...]
    """In the order in which they are tried."""
    sha256: str = ""
    """Empty for a model card, which is only read by people and for its licence."""
    arrays: tuple[tuple[str, str], ...] = ()
    """For a NumPy archive: its arrays and the SHA-256 of each. An archive of the same arrays is as good."""


@dataclass(frozen=True, slots=True)
class Repository:
    """What is taken of a repository of the hub where the bytes are not known: trusted at first, noted, then kept."""

    name: str
    patterns: tuple[str, ...]
    """fnmatch of the paths."""
    folder: str = ""
    renamed: tuple[tuple[str, str], ...] = ()
    """Path → name on disk, where they differ."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model under the name that people type."""

    name: str
    engine: str
    """As in the settings: "whisper", "opus", "kokoro", "piper"; what clones; "resemblyzer", which
    is for Kokoro's voices; or "perth", for all that is spoken."""
    directory: str
    """Below `models.directory`."""
    needed: tuple[str, ...]
    """The files without which no engine can use it."""
    licence: str
    """SPDX identifier, or `PER_VOICE`."""
    megabytes: int
    """What is fetched, roughly."""
    about: str
    files: tuple[File, ...] = ()
    """Each with its SHA-256; empty where the bytes are not known here."""
    repository: Repository | None = None
    """Where `files` is empty: a repository in the format of the engine."""
    official: str = ""
    """The repository of its authors, in their format, which is converted here where nobody publishes it converted."""
    description: str = ""
    """What is written to `hive.json` beside the files (`opus/models.py`); empty for no such file."""
    card: str = ""
    """The file that holds the licence of a model with `PER_VOICE`."""

    @property
    def commercial(self) -> bool:
        """Whether the licence is known to allow commercial use."""
        return self.licence in PERMISSIVE

    @property
    def pinned(self) -> bool:
        """Whether every byte that an engine reads is known beforehand."""
        return bool(self.files)

    @property
    def origins(self) -> tuple[str, ...]:
        """Who may hand it over, in order: "hub", "release", "pip", "npm", "converted here"."""
        found: dict[str, None] = {}
        for file in self.files:
            for source in file.sources:
                match source:
                    case HubFile():
                        found["hub"] = None
                    case ReleaseFile():
                        found["release"] = None
                    case Packaged() | PackagedArrays():
                        found[source.index] = None
        if self.repository is not None:
            found["hub"] = None
        if self.official:
            found["converted here"] = None
        return tuple(found)
