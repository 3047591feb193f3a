"""The page's own caption feed, run by Node on what a client received."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from stack import webapp
from tests.live.guests import Guest

WEB = Path(__file__).parents[2] / "web"
LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Believed:
    """What a reader's page shows and saves."""

    said: tuple[tuple[str, str, str], ...]
    """Speaker, language and text, in the order of the transcript."""
    refused: int
    """Streams that were not believed."""


async def believed_by(reader: Guest, directory: Path) -> Believed:
    """Plays everything that `reader` received to the page.

    Raises:
        RuntimeError: the page's part could not be built or run.
    """
    received = {
        "participants": [
            {"identity": person.identity, "kind": int(person.kind), "attributes": dict(person.attributes)}
            for person in reader.room.remote_participants.values()
        ],
        "streams": [
            {"sender": seen.sender, "text": seen.text, "attributes": dict(seen.attributes)}
            for seen in reader.captions
        ],
    }
    program, bundler = directory / "replay.mjs", WEB / "node_modules" / ".bin" / "rolldown"
    if not bundler.exists():  # nobody has built the page yet
        told: list[str] = []
        if not await asyncio.to_thread(webapp.ensure, WEB, told.append):
            raise RuntimeError("; ".join(told))
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("node is not installed")
    entry = str(WEB / "tests" / "replay.ts")
    await _run([str(bundler), entry, "--format", "esm", "--file", str(program)], b"")
    answer = json.loads(await _run([node, str(program)], json.dumps(received).encode()))
    said = [
        (entry["identity"], language, text)
        for entry in answer["transcript"]["entries"]
        for language, text in entry["texts"].items()
    ]
    return Believed(tuple(said), answer["refused"])


async def _run(command: Iterable[str], given: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=WEB,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            out, errors = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RuntimeError(errors.decode(errors="replace")[-2000:])
    return out
