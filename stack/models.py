"""Models on disk: what is there, and fetching what is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote

import aiohttp

from config.settings import Models
from stack.catalogue import PER_VOICE, File, Model, licence_of_card
from stack.download import TRIES, Checksum, fetch, fetch_text, session
from stack.errors import FetchFailed, LicenceRefused, StackError

Progress = Callable[[str, int, int | None], None]
"""Told a file's name, how many of its bytes are here, and how many there will be where that is known."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    url: str
    name: str
    checksum: Checksum


class ModelStore:
    """The directory of models, as the settings name it.

    Args:
        settings: directory, licences, where to fetch from.
        tries: how often a transfer that breaks off is continued.
        pause_s: how long to wait before the second try; later ones wait longer.
    """

    def __init__(self, settings: Models, *, tries: int = TRIES, pause_s: float = 1.0) -> None:
        self._settings = settings
        self._tries, self._pause_s = tries, pause_s

    def path(self, model: Model) -> Path:
        """Where a model lies, or would lie."""
        return self._settings.directory / model.directory

    def has(self, model: Model) -> bool:
        """Whether a model is there as a whole."""
        directory = self.path(model)
        if model.files:
            return all((directory / file.name).exists() for file in model.files)
        return (directory / "model.bin").exists() and not any(directory.glob(".*.part"))

    async def fetch(
        self,
        model: Model,
        *,
        say: Callable[[str], None] = lambda line: None,
        progress: Progress = lambda name, here, whole: None,
    ) -> Path:
        """Fetches what is missing of a model.

        Files appear under their names only when they are whole and their checksums fit; a second call
        continues where the first broke off. The file that shows that a model is there comes last.

        Raises:
            LicenceRefused: its weights may not be used commercially, and the settings do not allow that.
            FetchFailed: unreachable, refused or damaged.
            StackError: downloads are turned off.
        """
        if not self._settings.download:
            raise StackError("downloads are turned off by the setting models.download")
        if model.licence != PER_VOICE:
            self._check_licence(model, model.licence, model.commercial)
            say(f"{model.name}: licence {model.licence}, about {model.megabytes} MB")
        if model.description:
            await asyncio.to_thread(self._describe, model)
        async with session() as client:
            wanted = await self._wanted(client, model)
            for file in sorted(wanted, key=lambda file: (file.name != model.card, file.name == "model.bin")):
                await self._fetch_one(client, model, file, progress)
                if file.name == model.card:
                    card = (self.path(model) / file.name).read_text(encoding="utf-8", errors="replace")
                    licence, commercial = licence_of_card(card)
                    self._check_licence(model, licence, commercial)
                    say(f"{model.name}: licence {licence}, about {model.megabytes} MB")
        return self.path(model)

    def _describe(self, model: Model) -> None:
        target = self.path(model) / "hive.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(model.description + "\n", encoding="utf-8")

    def _check_licence(self, model: Model, licence: str, commercial: bool) -> None:
        if not commercial and not self._settings.allow_non_commercial:
            raise LicenceRefused(
                f"{model.name}: its licence ({licence}) is not known to allow commercial use; "
                "if you may use it, set models.allow_non_commercial to true"
            )

    async def _fetch_one(
        self, client: aiohttp.ClientSession, model: Model, file: _Wanted, progress: Progress
    ) -> None:
        target = self.path(model) / file.name
        if target.exists():
            return
        await fetch(
            client,
            file.url,
            target,
            checksum=file.checksum,
            progress=lambda here, whole: progress(file.name, here, whole),
            tries=self._tries,
            pause_s=self._pause_s,
        )

    async def _wanted(self, client: aiohttp.ClientSession, model: Model) -> list[_Wanted]:
        """Every file of a model with its address and checksum."""
        if not model.repository:
            base = self._settings.releases_url.rstrip("/")
            return [
                _Wanted(f"{base}{file.source}", file.name, Checksum("sha256", file.sha256))
                for file in model.files
            ]
        listing = await self._listing(client, model)
        base = f"{self._settings.hub_url.rstrip('/')}/{model.repository}/resolve/main/"
        files = model.files or tuple(
            File(path, path)
            for path in sorted(listing)
            if any(fnmatch(path, pattern) for pattern in model.patterns)
        )
        lost = [file.source for file in files if file.source not in listing]
        if lost or not files:
            raise FetchFailed(f"{model.repository} on the hub does not hold {', '.join(lost) or 'the model'}")
        return [_Wanted(base + quote(file.source), file.name, listing[file.source]) for file in files]

    async def _listing(self, client: aiohttp.ClientSession, model: Model) -> dict[str, Checksum]:
        """The files of a repository of the hub, with the checksums that it tells.

        Source: the hub's HTTP API, `/api/models/REPOSITORY/tree/REVISION`: large files carry a SHA-256 under
        `lfs.oid`, all others the hash that git gives to their content.
        """
        folder = "/" + quote(model.files[0].source.rpartition("/")[0]) if model.files else ""
        url = f"{self._settings.hub_url.rstrip('/')}/api/models/{model.repository}/tree/main{folder}"
        text = await fetch_text(client, url)
        try:
            return {
                entry["path"]: Checksum("sha256", entry["lfs"]["oid"])
                if entry.get("lfs")
                else Checksum("git", entry["oid"])
                for entry in json.loads(text)
                if entry["type"] == "file"
            }
        except (ValueError, KeyError, TypeError) as error:
            raise FetchFailed(f"{url} did not answer with a list of files") from error
