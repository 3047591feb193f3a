"""The hub's HTTP API, as much as is needed: the commit of a repository, its files with the checksums that it tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from urllib.parse import quote

import aiohttp

from stack.download import fetch_text, session
from stack.errors import FetchFailed, Unreachable
from stack.model import HubFile, Repository
from stack.trust import Trust, Trusted


def address(hub_url: str, file: HubFile) -> str:
    """Where a file is handed out."""
    return f"{hub_url.rstrip('/')}/{file.repository}/resolve/{quote(file.revision)}/{quote(file.path)}"


async def look(client: aiohttp.ClientSession, hub_url: str, repository: Repository) -> Trust:
    """What a repository holds now, of what is wanted.

    Raises:
        Unreachable: nobody answers.
        FetchFailed: there is no such repository, or it does not hold what is wanted.

    Source: the hub's HTTP API. `/api/models/REPOSITORY/revision/main` tells the commit; `…/tree/COMMIT` lists files:
    large ones carry a SHA-256 under `lfs.oid`, all others the hash that git gives to their content.
    """
    base = f"{hub_url.rstrip('/')}/api/models/{repository.name}"
    with _answers(repository.name):
        revision = str(json.loads(await fetch_text(client, f"{base}/revision/main"))["sha"])
    folder = f"/{quote(repository.folder)}" if repository.folder else ""
    listing = await fetch_text(client, f"{base}/tree/{quote(revision)}{folder}")
    names = dict(repository.renamed)
    with _answers(repository.name):
        files = {
            names.get(path, path): file
            for path, file in _files(listing)
            if any(fnmatch(path, pattern) for pattern in repository.patterns)
            and ("/" not in path or path in names)
        }
    lost = set(names.values()) - files.keys()
    if lost or not files:
        raise FetchFailed(
            f"{repository.name} on the hub does not hold {', '.join(sorted(lost)) or 'the model'}"
        )
    return Trust(repository.name, revision, files)


async def answers(hub_url: str) -> bool:
    """Whether anybody answers there, whatever they say."""
    async with session() as client:
        try:
            await fetch_text(client, f"{hub_url.rstrip('/')}/api/models?limit=1")
        except Unreachable:
            return False
        except FetchFailed:
            return True
    return True


def _files(listing: str) -> Iterator[tuple[str, Trusted]]:
    for entry in json.loads(listing):
        if entry["type"] == "file":
            path = str(entry["path"])
            if entry.get("lfs"):
                yield path, Trusted(path, "sha256", str(entry["lfs"]["oid"]))
            else:
                yield path, Trusted(path, "git", str(entry["oid"]))


@contextmanager
def _answers(repository: str) -> Iterator[None]:
    """Renames what a wrong answer causes."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise FetchFailed(f"the hub did not answer as expected about {repository}") from error
