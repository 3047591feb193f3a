"""Ways to a livekit-server: the PATH, a build with a stand-in for Go, a release from a server on loopback."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from stack.errors import Missing
from stack.go_modules import hash_of
from stack.livekit_server import MODULE, PINS, VERSION, Pins, find, obtain

GO = """#!/bin/sh
if [ "$1 $2" = "env GOMODCACHE" ]; then echo "$NOTES/modules"; exit; fi
if [ "$1" = env ]; then echo "$GO_SAYS"; exit; fi
if [ "$1" = version ]; then cat "$NOTES/consists-of"; exit; fi
echo "$*" > "$NOTES/arguments"; env > "$NOTES/environment"
echo "go: downloading example.org/module v1" >&2
[ -n "$GO_FAILS" ] && { echo "$GO_FAILS" >&2; exit 1; }
printf '#!/bin/sh\\necho built\\n' > "$GOBIN/server"; chmod +x "$GOBIN/server"
"""


def archive_of(server: bytes) -> bytes:
    """A release as it is published: the licence and one program."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in (("LICENSE", b"text"), ("livekit-server", server)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


ARCHIVE = archive_of(b"#!/bin/sh\necho released\n")


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


DEPENDENCY = "\tdep\texample.org/codec\tv1.2.0\th1:known=\n"
SUMS = "example.org/codec v1.2.0 h1:known=\nexample.org/codec v1.2.0/go.mod h1:other=\n"


def source(notes: Path, *, dependency: str = DEPENDENCY, sums: str = SUMS, code: str = "package main") -> str:
    """What Go keeps of the server's source and says of the program; returns the hash of the source."""
    archive = notes / "modules" / "cache" / "download" / MODULE / "@v" / f"v{VERSION}.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(f"{MODULE}@v{VERSION}/go.sum", sums)
        opened.writestr(f"{MODULE}@v{VERSION}/cmd/server/main.go", code)
    made = f"\tpath\t{MODULE}/cmd/server\n\tmod\t{MODULE}\tv{VERSION}\t{hash_of(archive)}\n{dependency}"
    (notes / "consists-of").write_text(f"server: go1.26.8\n{made}\tbuild\t-trimpath=true\n")
    return hash_of(archive)


@pytest.fixture
def pins(tmp_path: Path) -> Pins:
    """What is known of the stand-ins: the source of the server, and the archive that the server below hands out."""
    return Pins(source(tmp_path / "elsewhere"), dict.fromkeys(("amd64", "arm64", "armv7"), digest(ARCHIVE)))


def machine(tmp_path: Path, *, go: str = "go1.26.8", fails: str = "") -> dict[str, str]:
    """The environment of a machine with a stand-in for Go on its PATH, and no home."""
    program(tmp_path / "bin" / "go", GO)
    (tmp_path / "notes").mkdir()
    source(tmp_path / "notes")
    return {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": "",
        "GO_SAYS": go,
        "GO_FAILS": fails,
        "NOTES": str(tmp_path / "notes"),
    }


@pytest.fixture
async def releases() -> AsyncIterator[str]:
    """A server with a release as it is known, and one whose archive and list of checksums somebody has replaced."""

    async def release(request: web.Request) -> web.Response:
        given = ARCHIVE if request.match_info["kind"] == "good" else archive_of(b"#!/bin/sh\necho replaced\n")
        if request.match_info["name"] == "checksums.txt":
            names = [f"livekit_{VERSION}_linux_{kind}.tar.gz" for kind in ("amd64", "arm64", "armv7")]
            return web.Response(text="".join(f"{digest(given)}  {name}\n" for name in names))
        return web.Response(body=given)

    app = web.Application()
    app.router.add_get("/{kind}/{name}", release)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("")).rstrip("/")


async def test_the_path_comes_first(tmp_path: Path) -> None:
    """A server on the PATH is taken, and nothing is built."""
    own = program(tmp_path / "bin" / "livekit-server", "#!/bin/sh\n")

    assert await obtain(tmp_path / "cache", {"PATH": str(tmp_path / "bin")}) == own
    assert not (tmp_path / "cache").exists()


async def test_it_is_built_once(tmp_path: Path, pins: Pins) -> None:
    """Without a server, Go builds the fixed version without cgo and without a home; the next call finds it."""
    environment = machine(tmp_path)
    cache = tmp_path / "cache"

    built = await obtain(cache, environment, pins=pins)

    assert built == cache / "bin" / f"livekit-server-{VERSION}"
    assert built.read_text() == "#!/bin/sh\necho built\n"
    arguments = (tmp_path / "notes" / "arguments").read_text()
    assert arguments.startswith("install ")
    assert arguments.rstrip().endswith(f"github.com/livekit/livekit-server/cmd/server@v{VERSION}")
    seen = dict(
        line.split("=", 1)
        for line in (tmp_path / "notes" / "environment").read_text().splitlines()
        if "=" in line
    )
    assert {name: seen[name] for name in ("CGO_ENABLED", "GOTOOLCHAIN", "GOFLAGS", "HOME", "GOPATH")} == {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "auto",
        "GOFLAGS": "",
        "HOME": str(cache / "go"),
        "GOPATH": str(cache / "go" / "path"),
    }
    assert sorted(path.name for path in (cache / "bin").iterdir()) == [".lock", built.name]
    assert find(cache, {"PATH": ""}) == built


@pytest.mark.parametrize(
    ("go", "fails", "said"),
    [
        ("go1.19.8", "", "Go 1.19 is too old"),
        (
            "go1.26.8",
            "no such module",
            "go install failed: go: downloading example.org/module v1 | no such module",
        ),
        ("nonsense", "", "does not say its version"),
    ],
)
async def test_the_release_comes_last(
    tmp_path: Path, releases: str, pins: Pins, go: str, fails: str, said: str
) -> None:
    """Where Go cannot build it, the reason is said and the checked release is taken."""
    lines: list[str] = []

    found = await obtain(
        tmp_path / "cache",
        machine(tmp_path, go=go, fails=fails),
        report=lines.append,
        releases=f"{releases}/good",
        pins=pins,
    )

    assert found.read_text() == "#!/bin/sh\necho released\n"
    assert os.access(found, os.X_OK)
    assert any(said in line for line in lines)


async def test_a_replaced_release_is_refused(tmp_path: Path, releases: str, pins: Pins) -> None:
    """A release whose list of checksums fits it, but not what is known, is not used, and every reason is told."""
    with pytest.raises(Missing) as caught:
        await obtain(tmp_path / "cache", {"PATH": ""}, releases=f"{releases}/bad", pins=pins)

    assert "Go is not installed" in str(caught.value)
    assert "came damaged" in str(caught.value)
    assert [path.name for path in (tmp_path / "cache" / "bin").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "package evil"}, "is another one than is known: h1:"),
        ({"sums": SUMS.replace("known", "evil")}, "is another one than is known: h1:"),
        (
            {"dependency": DEPENDENCY.replace("known", "evil")},
            "example.org/codec v1.2.0 is not what the go.sum of",
        ),
        (
            {"dependency": DEPENDENCY.replace("v1.2.0", "v1.2.1")},
            "example.org/codec v1.2.1 is not what the go.sum of",
        ),
        (
            {"dependency": DEPENDENCY.replace("\th1:known=", "")},
            "example.org/codec v1.2.0 is not what the go.sum of",
        ),
        (
            {"dependency": f"{DEPENDENCY}\t=>\texample.org/evil\tv1.0.0\th1:x=\n"},
            "was replaced by another one",
        ),
    ],
)
async def test_a_program_of_other_source_is_refused(
    tmp_path: Path, pins: Pins, changes: dict[str, str], said: str
) -> None:
    """Whoever hands out modules, and whatever Go was told to believe, the source must be the one that is known."""
    environment = machine(tmp_path)
    source(tmp_path / "notes", **changes)

    with pytest.raises(Missing) as caught:
        await obtain(tmp_path / "cache", environment, releases="http://127.0.0.1:9", pins=pins)

    assert said in str(caught.value)
    assert [path.name for path in (tmp_path / "cache" / "bin").iterdir()] == [".lock"]


def test_what_is_known_is_complete() -> None:
    """A hash of the source and one of every archive that may be fetched."""
    assert re.fullmatch(r"h1:[A-Za-z0-9+/]{43}=", PINS.module)
    assert set(PINS.archives) == {"amd64", "arm64", "armv7"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", sha256) for sha256 in PINS.archives.values())
