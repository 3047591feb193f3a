"""Obtains livekit-server: from the PATH, else built with Go, else the official release.

Source: the module `github.com/livekit/livekit-server` carries no replace directives from v1.13.2 to v1.13.5,
so that `go install` takes it; the program is then named `server`. Releases after it may not be installable.
"""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

from config.settings import cache_directory
from stack.alone import alone
from stack.download import Checksum, fetch, fetch_text, session
from stack.errors import FetchFailed, Missing, StackError

VERSION = "1.13.5"
MODULE = f"github.com/livekit/livekit-server/cmd/server@v{VERSION}"
RELEASES = f"https://github.com/livekit/livekit/releases/download/v{VERSION}"

Report = Callable[[str], None]

_BUILD_LIMIT_S = 3600.0
_OLDEST_GO = (1, 21)
"""The first Go that fetches the toolchain that a module asks for."""


class CannotBuild(StackError):
    """Go is missing, too old, or failed."""


def find(cache: Path | None = None, environment: Mapping[str, str] | None = None) -> Path | None:
    """The server that `obtain` would take without building or fetching anything."""
    environment = os.environ if environment is None else environment
    if found := shutil.which("livekit-server", path=environment.get("PATH", "")):
        return Path(found)
    built = _place(cache or cache_directory())
    return built if os.access(built, os.X_OK) else None


async def obtain(
    cache: Path | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    report: Report = lambda line: None,
    releases: str = RELEASES,
) -> Path:
    """Finds the server, or builds it, or fetches it; says what it does.

    Raises:
        Missing: no way worked; the message has the reason of each.
    """
    cache = cache or cache_directory()
    environment = os.environ if environment is None else environment
    if found := find(cache, environment):
        return found
    target = _place(cache)
    async with alone(target.with_name(".lock"), report, "building livekit-server"):
        if os.access(target, os.X_OK):  # somebody else was faster
            return target
        reasons = []
        ways: tuple[Callable[[], Coroutine[None, None, None]], ...] = (
            lambda: build(target, environment, report),
            lambda: download(target, report, releases),
        )
        for way in ways:
            try:
                await way()
            except (CannotBuild, FetchFailed) as error:
                report(str(error))
                reasons.append(str(error))
            else:
                return target
    raise Missing(
        f"livekit-server is not on the PATH and could not be had ({'; '.join(reasons)}). "
        f"Put livekit-server {VERSION} on the PATH, or install Go 1.21 or newer"
    )


def _place(cache: Path) -> Path:
    return cache / "bin" / f"livekit-server-{VERSION}"


async def build(target: Path, environment: Mapping[str, str], report: Report) -> None:
    """Builds the server with `go install`.

    Raises:
        CannotBuild: Go is missing, too old, or failed.
    """
    go = shutil.which("go", path=environment.get("PATH", ""))
    if go is None:
        raise CannotBuild("Go is not installed")
    version = await _go_version(go, environment)
    if version < _OLDEST_GO:
        raise CannotBuild(f"Go {version[0]}.{version[1]} is too old to build livekit-server")
    with tempfile.TemporaryDirectory(prefix="build-", dir=target.parent) as directory:
        settings = _go_settings(environment, target.parent.parent, directory)
        report(
            f"building livekit-server {VERSION} with Go {version[0]}.{version[1]}; this takes some minutes"
        )
        await _install(go, settings, report)
        built = Path(directory) / "server"
        if not built.exists():
            raise CannotBuild("go install ended without a program")
        built.replace(target)
    report(f"livekit-server {VERSION} is in {target}")


async def _go_version(go: str, environment: Mapping[str, str]) -> tuple[int, int]:
    process = await asyncio.create_subprocess_exec(
        go, "env", "GOVERSION",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=dict(environment) | {"GOTOOLCHAIN": "local", "GOFLAGS": ""},
        cwd="/",
    )  # fmt: skip
    out, _ = await process.communicate()
    found = re.match(rb"go(\d+)\.(\d+)", out.strip())
    if found is None:
        raise CannotBuild(f"{go} does not say its version")
    return int(found[1]), int(found[2])


def _go_settings(environment: Mapping[str, str], cache: Path, directory: str) -> dict[str, str]:
    """The environment of a build that depends on nobody's Go settings and works without a home."""
    settings = dict(environment) | {
        "CGO_ENABLED": "0",
        "GO111MODULE": "on",
        "GOBIN": directory,
        "GOFLAGS": "",
        "GOTOOLCHAIN": "auto",  # Debian's Go says "local", which refuses to fetch a newer one
        "GOWORK": "off",
    }
    settings.pop("GOOS", None)
    settings.pop("GOARCH", None)
    if not environment.get("HOME"):
        settings |= {
            "HOME": str(cache / "go"),
            "GOPATH": str(cache / "go" / "path"),
            "GOCACHE": str(cache / "go" / "build"),
        }
    return settings


async def _install(go: str, settings: Mapping[str, str], report: Report) -> None:
    """Runs `go install -v`, which names modules as they come and packages as they are compiled."""
    process = await asyncio.create_subprocess_exec(
        go, "install", "-v", "-trimpath", "-ldflags=-s -w", MODULE,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env=dict(settings), cwd="/",
    )  # fmt: skip
    assert process.stderr is not None
    began, last, fetched, compiled = time.monotonic(), [""], 0, 0
    said = began
    try:
        async with asyncio.timeout(_BUILD_LIMIT_S):
            async for raw in process.stderr:
                line = raw.decode("utf-8", "replace").strip()
                last = [*last[-4:], line]
                if line.startswith("go: downloading"):
                    fetched += 1
                elif not line.startswith("go:"):
                    compiled += 1
                if time.monotonic() - said >= 5:
                    said = time.monotonic()
                    report(f"  {fetched} modules fetched, {compiled} packages compiled, {said - began:.0f} s")
            status = await process.wait()
    except TimeoutError:
        raise CannotBuild(f"go install did not end within {_BUILD_LIMIT_S:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise CannotBuild(f"go install failed: {' | '.join(line for line in last if line)}")


_ARCHITECTURES = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "armv7l": "armv7",
}


async def download(target: Path, report: Report, releases: str = RELEASES) -> None:
    """Takes the official release, checked against the release's own list of checksums.

    Raises:
        FetchFailed: no release for this machine, unreachable, or damaged.
    """
    architecture = _ARCHITECTURES.get(platform.machine().lower())
    if platform.system() != "Linux" or architecture is None:
        raise FetchFailed(
            f"there is no release of livekit-server for {platform.system()} {platform.machine()}"
        )
    name = f"livekit_{VERSION}_linux_{architecture}.tar.gz"
    report(f"fetching livekit-server {VERSION} from {releases}")
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=target.parent) as directory:
        archive = Path(directory) / name
        async with session() as client:
            sums = await fetch_text(client, f"{releases}/checksums.txt")
            wanted = re.search(rf"^([0-9a-f]{{64}})\s+\*?{re.escape(name)}$", sums, re.MULTILINE)
            if wanted is None:
                raise FetchFailed(f"the release's list of checksums does not name {name}")
            await fetch(client, f"{releases}/{name}", archive, checksum=Checksum("sha256", wanted[1]))
        await asyncio.to_thread(_unpack, archive, target)
    report(f"livekit-server {VERSION} is in {target}")


def _unpack(archive: Path, target: Path) -> None:
    """Takes the one program out of the archive; nothing else of it is written."""
    try:
        with tarfile.open(archive) as tar:
            content = tar.extractfile("livekit-server")
            if content is None:
                raise FetchFailed(f"{archive.name} holds no program")
            part = archive.with_name("livekit-server")
            with content, part.open("wb") as file:
                shutil.copyfileobj(content, file)
    except (tarfile.TarError, KeyError) as error:
        raise FetchFailed(f"{archive.name} cannot be unpacked: {error}") from error
    part.chmod(0o755)
    part.replace(target)
