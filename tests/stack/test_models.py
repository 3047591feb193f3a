"""Fetching models, against a server on loopback that speaks as much of the hub's API as is used."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from config.settings import Models
from stack import catalogue
from stack.errors import FetchFailed, LicenceRefused, StackError
from stack.models import ModelStore

WEIGHTS = bytes(range(256)) * 4096
WHISPER = "Systran/faster-whisper-tiny"
VOICES = "rhasspy/piper-voices"


@dataclass
class Hub:
    """Repositories with their files; answers are cut short as often as `cut` says."""

    files: dict[str, dict[str, bytes]]
    url: str = ""
    cut: int = 0
    damaged: bool = False
    ranges: list[str] = field(default_factory=list)

    async def tree(self, request: web.Request) -> web.Response:
        repository = f"{request.match_info['owner']}/{request.match_info['name']}"
        folder = request.match_info["folder"].strip("/")
        if repository not in self.files:
            raise web.HTTPNotFound
        entries: list[dict[str, object]] = [{"type": "directory", "path": "folder", "oid": "0"}]
        for path, content in self.files[repository].items():
            if path.rpartition("/")[0] == folder:
                git = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
                entry: dict[str, object] = {"type": "file", "path": path, "oid": git, "size": len(content)}
                if len(content) > 1000:
                    entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest()}
                entries.append(entry)
        return web.json_response(entries)

    async def file(self, request: web.Request) -> web.StreamResponse:
        repository = f"{request.match_info['owner']}/{request.match_info['name']}"
        content = self.files[repository][request.match_info["path"]]
        if self.damaged and len(content) > 1000:
            content = b"x" + content[1:]
        asked = request.headers.get("Range", "")
        self.ranges.append(asked)
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        response = web.StreamResponse(status=206 if asked else 200)
        response.content_length = len(content) - first
        await response.prepare(request)
        if self.cut and len(content) > 1000:
            self.cut -= 1
            await response.write(content[first : first + 300_000])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(content[first:])
        return response


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub(
        {
            WHISPER: {
                "README.md": b"not wanted",
                "config.json": b"{}",
                "model.bin": WEIGHTS,
                "tokenizer.json": b"[]",
                "vocabulary.txt": b"a\nb\n",
            },
            VOICES: {
                "de/de_DE/thorsten/medium/MODEL_CARD": b"# Card\n\n* License: CC0, see the data set\n",
                "de/de_DE/thorsten/medium/de_DE-thorsten-medium.onnx": WEIGHTS,
                "de/de_DE/thorsten/medium/de_DE-thorsten-medium.onnx.json": b"{}",
                "en/en_US/lessac/medium/MODEL_CARD": b"* License: Blizzard 2013, research only\n",
                "en/en_US/lessac/medium/en_US-lessac-medium.onnx": WEIGHTS,
                "en/en_US/lessac/medium/en_US-lessac-medium.onnx.json": b"{}",
            },
        }
    )
    app = web.Application()
    app.router.add_get("/api/models/{owner}/{name}/tree/main{folder:.*}", hub.tree)
    app.router.add_get("/{owner}/{name}/resolve/main/{path:.+}", hub.file)
    async with TestServer(app, host="127.0.0.1") as server:
        hub.url = str(server.make_url("")).rstrip("/")
        yield hub


def store(hub: Hub, directory: Path, *, allow: bool = False, download: bool = True) -> ModelStore:
    settings = Models(
        directory=directory,
        hub_url=hub.url,
        releases_url=hub.url,
        allow_non_commercial=allow,
        download=download,
    )
    return ModelStore(settings, tries=3, pause_s=0.01)


def content(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


async def test_a_model_comes_whole(hub: Hub, tmp_path: Path) -> None:
    """The files that the engine reads are fetched, nothing else; the licence is said; then the model is there."""
    model = catalogue.find("whisper-tiny")
    models, said = store(hub, tmp_path), list[str]()
    assert not models.has(model)

    path = await models.fetch(model, say=said.append)

    assert path == tmp_path / "whisper" / "tiny"
    assert content(path) == {
        "config.json": b"{}", "model.bin": WEIGHTS, "tokenizer.json": b"[]", "vocabulary.txt": b"a\nb\n",
    }  # fmt: skip
    assert said == ["whisper-tiny: licence MIT, about 75 MB"]
    assert models.has(model)


async def test_what_broke_off_is_continued(hub: Hub, tmp_path: Path) -> None:
    """A transfer that breaks off goes on where it stopped, also in a later run; progress counts all bytes."""
    hub.cut = 3
    model, models = catalogue.find("whisper-tiny"), store(hub, tmp_path)
    seen: list[tuple[int, int | None]] = []

    with pytest.raises(FetchFailed):
        await models.fetch(model)
    assert not models.has(model)
    await models.fetch(model, progress=lambda name, here, whole: seen.append((here, whole)))

    assert (tmp_path / "whisper" / "tiny" / "model.bin").read_bytes() == WEIGHTS
    assert seen[-1] == (len(WEIGHTS), len(WEIGHTS))
    assert [asked for asked in hub.ranges if asked] == ["bytes=300000-", "bytes=600000-", "bytes=900000-"]


async def test_a_damaged_file_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    """A file that does not fit the hub's checksum never appears under its name."""
    hub.damaged = True
    model, models = catalogue.find("whisper-tiny"), store(hub, tmp_path)

    with pytest.raises(FetchFailed, match="came damaged"):
        await models.fetch(model)

    assert sorted(content(tmp_path / "whisper" / "tiny")) == [
        "config.json",
        "tokenizer.json",
        "vocabulary.txt",
    ]
    assert not models.has(model)


async def test_a_voice_whose_card_allows_it(hub: Hub, tmp_path: Path) -> None:
    """A voice's licence is read from its card, before the weights are fetched."""
    said: list[str] = []

    await store(hub, tmp_path).fetch(catalogue.find("piper-de_DE-thorsten-medium"), say=said.append)

    assert sorted(content(tmp_path / "piper")) == [
        "de_DE-thorsten-medium.card.txt", "de_DE-thorsten-medium.onnx", "de_DE-thorsten-medium.onnx.json",
    ]  # fmt: skip
    assert said == ["piper-de_DE-thorsten-medium: licence CC0, see the data set, about 63 MB"]


async def test_a_non_commercial_voice_needs_the_setting(hub: Hub, tmp_path: Path) -> None:
    """Weights that may not be used commercially are refused, unless the operator says otherwise."""
    model = catalogue.find("piper-en_US-lessac-medium")

    with pytest.raises(LicenceRefused, match=r"Blizzard 2013.*models\.allow_non_commercial"):
        await store(hub, tmp_path).fetch(model)
    assert sorted(content(tmp_path / "piper")) == ["en_US-lessac-medium.card.txt"]

    await store(hub, tmp_path, allow=True).fetch(model)
    assert (tmp_path / "piper" / "en_US-lessac-medium.onnx").read_bytes() == WEIGHTS


async def test_what_the_hub_does_not_have(hub: Hub, tmp_path: Path) -> None:
    """A pair that nobody converted is said to be missing."""
    with pytest.raises(FetchFailed, match=r"opus-mt-en-xx-ctranslate2.*404"):
        await store(hub, tmp_path).fetch(catalogue.find("opus-en-xx"))


async def test_offline(hub: Hub, tmp_path: Path) -> None:
    """Without a network the error says so, and names the address."""
    hub.url = f"http://127.0.0.1:{unused_port()}"

    with pytest.raises(FetchFailed, match=r"Is this machine offline\?"):
        await store(hub, tmp_path).fetch(catalogue.find("whisper-tiny"))


async def test_downloads_may_be_forbidden(hub: Hub, tmp_path: Path) -> None:
    """The setting that forbids downloads is obeyed."""
    with pytest.raises(StackError, match=r"models\.download"):
        await store(hub, tmp_path, download=False).fetch(catalogue.find("whisper-tiny"))
    assert hub.ranges == []


def test_every_listed_model_is_found_by_its_name() -> None:
    """Names are unique, and every model lies somewhere of its own but for those that share files."""
    models = catalogue.listed()

    assert [catalogue.find(model.name) for model in models] == models
    assert len({model.name for model in models}) == len(models)
    with pytest.raises(StackError, match="there is no model 'whisper-huge'"):
        catalogue.find("whisper-huge")


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("* License: CC0\n", ("CC0", True)),
        (
            "License: https://creativecommons.org/licenses/by/4.0/",
            ("https://creativecommons.org/licenses/by/4.0/", True),
        ),
        ("* License: CC-BY-NC-4.0", ("CC-BY-NC-4.0", False)),
        ("* License: Public Domain\n", ("Public Domain", True)),
        ("* License: See URL", ("See URL", False)),
        ("* Language: German", ("not stated", False)),
    ],
)
def test_licences_of_cards(card: str, licence: tuple[str, bool]) -> None:
    """Only a licence that is known to allow commercial use counts as such."""
    assert catalogue.licence_of_card(card) == licence
