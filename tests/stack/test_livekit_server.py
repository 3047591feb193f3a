"""Ways to a livekit-server: the PATH, a build with a stand-in for Go, a release from a server on loopback."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from stack.errors import Missing
from stack.livekit_server import VERSION, find, obtain

GO = """#!/bin/sh
if [ "$1" = env ]; then echo "$GO_SAYS"; exit; fi
echo "$*" > "$NOTES/arguments"; env > "$NOTES/environment"
echo "go: downloading example.org/module v1" >&2
[ -n "$GO_FAILS" ] && { echo "$GO_FAILS" >&2; exit 1; }
printf '#!/bin/sh\\necho built\\n' > "$GOBIN/server"; chmod +x "$GOBIN/server"
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def machine(tmp_path: Path, *, go: str = "go1.26.8", fails: str = "") -> dict[str, str]:
    """The environment of a machine with a stand-in for Go on its PATH, and no home."""
    program(tmp_path / "bin" / "go", GO)
    (tmp_path / "notes").mkdir()
    return {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": "",
        "GO_SAYS": go,
        "GO_FAILS": fails,
        "NOTES": str(tmp_path / "notes"),
    }


@pytest.fixture
async def releases() -> AsyncIterator[str]:
    """A server with a release as GitHub has it, and one whose archive does not fit its checksum."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in (("LICENSE", b"text"), ("livekit-server", b"#!/bin/sh\necho released\n")):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    digest = hashlib.sha256(archive.getvalue()).hexdigest()
    names = [f"livekit_{VERSION}_linux_{kind}.tar.gz" for kind in ("amd64", "arm64", "armv7")]

    async def sums(request: web.Request) -> web.Response:
        good = digest if request.match_info["kind"] == "good" else "0" * 64
        return web.Response(text="".join(f"{good}  {name}\n" for name in names))

    async def release(request: web.Request) -> web.Response:
        return web.Response(body=archive.getvalue())

    app = web.Application()
    app.router.add_get("/{kind}/checksums.txt", sums)
    app.router.add_get("/{kind}/{name}", release)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("")).rstrip("/")


async def test_the_path_comes_first(tmp_path: Path) -> None:
    """A server on the PATH is taken, and nothing is built."""
    own = program(tmp_path / "bin" / "livekit-server", "#!/bin/sh\n")

    assert await obtain(tmp_path / "cache", {"PATH": str(tmp_path / "bin")}) == own
    assert not (tmp_path / "cache").exists()


async def test_it_is_built_once(tmp_path: Path) -> None:
    """Without a server, Go builds the fixed version without cgo and without a home; the next call finds it."""
    environment = machine(tmp_path)
    cache = tmp_path / "cache"

    built = await obtain(cache, environment)

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
async def test_the_release_comes_last(tmp_path: Path, releases: str, go: str, fails: str, said: str) -> None:
    """Where Go cannot build it, the reason is said and the checked release is taken."""
    lines: list[str] = []

    found = await obtain(
        tmp_path / "cache",
        machine(tmp_path, go=go, fails=fails),
        report=lines.append,
        releases=f"{releases}/good",
    )

    assert found.read_text() == "#!/bin/sh\necho released\n"
    assert os.access(found, os.X_OK)
    assert any(said in line for line in lines)


async def test_a_damaged_release_is_refused(tmp_path: Path, releases: str) -> None:
    """A release that does not fit its checksum is not used, and every reason is told."""
    with pytest.raises(Missing) as caught:
        await obtain(tmp_path / "cache", {"PATH": ""}, releases=f"{releases}/bad")

    assert "Go is not installed" in str(caught.value)
    assert "came damaged" in str(caught.value)
    assert [path.name for path in (tmp_path / "cache" / "bin").iterdir()] == [".lock"]
