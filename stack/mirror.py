"""A repository of the hub on this disk: at the commit that was seen first, with the bytes that came first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp

from stack import hub, trust
from stack.download import Checksum, fetch
from stack.model import HubFile


class Mirror:
    """The files of one repository, brought one by one.

    Args:
        hub_url: where the hub is.
        repository: its name there.
        trusted: the commit and its files that are wanted.
        place: where the files go.
        note: the file that says what is trusted.
        tries: how often a transfer that breaks off is continued.
        pause_s: how long to wait before the second try.
    """

    def __init__(
        self,
        hub_url: str,
        repository: str,
        trusted: trust.Trust,
        *,
        place: Path,
        note: Path,
        tries: int,
        pause_s: float,
    ) -> None:
        self._hub_url, self._repository, self._trusted = hub_url, repository, trusted
        self._place, self._note = place, note
        self._tries, self._pause_s = tries, pause_s

    def begin(self) -> str:
        """Notes what is trusted, before any of it is here; returns what is to be said of that."""
        trust.write(self._note, self._trusted)
        return f"{self._repository} at {self._trusted.revision[:12]}: {trust.NOTE}; noted in {self._note}"

    async def bring(
        self, client: aiohttp.ClientSession, name: str, told: Callable[[int, int | None], None]
    ) -> None:
        """Fetches a file that is not here, and notes its SHA-256.

        Args:
            told: gets how many bytes are here, and how many there will be where that is known.

        Raises:
            FetchFailed: it cannot be had, or comes with other bytes than at first.
        """
        if (self._place / name).is_file():
            return
        file = HubFile(self._repository, self._trusted.revision, self._trusted.files[name].path)
        await fetch(
            client,
            hub.address(self._hub_url, file),
            self._place / name,
            checksum=self._trusted.checksum(name),
            progress=told,
            tries=self._tries,
            pause_s=self._pause_s,
        )
        sha256 = await asyncio.to_thread(Checksum("sha256", "").of, self._place / name)
        self._trusted = self._trusted.seen(name, sha256)
        trust.write(self._note, self._trusted)
