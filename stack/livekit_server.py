"""Obtains livekit-server: from the PATH, else built with Go, else the official release; both known by their hashes.

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
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config.cache import cache_directory
from stack import go_modules
from stack.alone import alone
from stack.download import Checksum, fetch, session
from stack.errors import FetchFailed, Missing, StackError

VERSION = "1.13.5"
MODULE = "github.com/livekit/livekit-server"
RELEASES = f"https://github.com/livekit/livekit/releases/download/v{VERSION}"


@dataclass(frozen=True, slots=True)
class Pins:
    """What is known of one version beforehand."""

    module: str
    """The hash of its source, as go.sum writes it."""
    archives: Mapping[str, str]
    """The SHA-256 of the release's archive for each architecture."""


PINS = Pins(
    # computed from the module's archive, whose hash is also in Go's public checksum database
    module="h1:HWfxfKvi5k1czMVqLV/htGmPgEBhrqHMxpfyMvfhyVo=",
    # published by several who use these archives, independently of each other (armv7: by one)
    archives={
        "amd64": "c020fac437b7cc9b776eef1ad5ea8af77be9acfa07602eca20a3a44930dfbc70",
        "arm64": "332015305518765fe05bad74fc3a9d9583e635e7dd130de3c4fc563d69c550f3",
        "armv7": "6dceb15fec3b2b90a67615acff7f92a48a901408f31c74f3d290a7d4277f76bd",
    },
)

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
    report: Callable[[str], None] = lambda line: None,
    releases: str = RELEASES,
    pins: Pins = PINS,
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
        for way in (
            partial(build, target, environment, report, pins),
            partial(download, target, report, releases, pins),
        ):
            if not (reason := await _why_not(way, report)):
                return target
            reasons.append(reason)
    raise Missing(
        f"livekit-server is not on the PATH and could not be had ({'; '.join(reasons)}). "
        f"Put livekit-server {VERSION} on the PATH, or install Go 1.21 or newer"
    )


async def _why_not(way: Callable[[], Awaitable[None]], report: Callable[[str], None]) -> str:
    """Why a way to the server led nowhere; empty where it led there."""
    try:
        await way()
    except (CannotBuild, FetchFailed, go_modules.UnknownSource) as error:
        report(str(error))
        return str(error)
    return ""


def _place(cache: Path) -> Path:
    return cache / "bin" / f"livekit-server-{VERSION}"


async def build(
    target: Path, environment: Mapping[str, str], report: Callable[[str], None], pins: Pins = PINS
) -> None:
    """Builds the server with `go install`, and takes it if all its source is the one that is known.

    Raises:
        CannotBuild: Go is missing, too old, or failed.
        UnknownSource: the source is another one.
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
        await _check_source(go, built, settings, pins)
        built.replace(target)
    report(f"livekit-server {VERSION} is in {target}")


async def _check_source(go: str, built: Path, settings: Mapping[str, str], pins: Pins) -> None:
    said = await _said_by(go, settings, "version", "-m", str(built))
    cache = (await _said_by(go, settings, "env", "GOMODCACHE")).strip()
    archive = Path(cache) / "cache" / "download" / MODULE / "@v" / f"v{VERSION}.zip"
    await asyncio.to_thread(
        go_modules.check, said, archive, module=MODULE, version=f"v{VERSION}", module_hash=pins.module
    )


async def _said_by(go: str, settings: Mapping[str, str], *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        go, *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=dict(settings), cwd="/",
    )  # fmt: skip
    out, _ = await process.communicate()
    return out.decode("utf-8", "replace")


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


async def _install(go: str, settings: Mapping[str, str], report: Callable[[str], None]) -> None:
    """Runs `go install -v`, which names modules as they come and packages as they are compiled."""
    process = await asyncio.create_subprocess_exec(
        go, "install", "-v", "-trimpath", "-ldflags=-s -w", f"{MODULE}/cmd/server@v{VERSION}",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env=dict(settings), cwd="/",
    )  # fmt: skip
    assert process.stderr is not None
    building = _Building(report)
    try:
        async with asyncio.timeout(_BUILD_LIMIT_S):
            async for raw in process.stderr:
                building.take(raw.decode("utf-8", "replace").strip())
            status = await process.wait()
    except TimeoutError:
        raise CannotBuild(f"go install did not end within {_BUILD_LIMIT_S:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise CannotBuild(f"go install failed: {' | '.join(filter(None, building.last))}")


class _Building:
    """Counts what Go says that it does, and reports it every few seconds."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._began_s = self._reported_s = time.monotonic()
        self._fetched = self._compiled = 0
        self.last = [""]
        """The last lines, for what is said of a failure."""

    def take(self, line: str) -> None:
        self.last = [*self.last[-4:], line]
        if line.startswith("go: downloading"):
            self._fetched += 1
        elif not line.startswith("go:"):
            self._compiled += 1
        now_s = time.monotonic()
        if now_s - self._reported_s >= 5:
            self._reported_s = now_s
            lasted_s = now_s - self._began_s
            self._report(
                f"  {self._fetched} modules fetched, {self._compiled} packages compiled, {lasted_s:.0f} s"
            )


_ARCHITECTURES = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "armv7l": "armv7",
}


async def download(
    target: Path, report: Callable[[str], None], releases: str = RELEASES, pins: Pins = PINS
) -> None:
    """Takes the official release, checked against the checksum that is known here.

    Raises:
        FetchFailed: no release for this machine, unreachable, or other bytes than those that are known.
    """
    architecture = _ARCHITECTURES.get(platform.machine().lower(), "")
    if platform.system() != "Linux" or architecture not in pins.archives:
        raise FetchFailed(
            f"there is no release of livekit-server for {platform.system()} {platform.machine()}"
        )
    name = f"livekit_{VERSION}_linux_{architecture}.tar.gz"
    report(f"fetching livekit-server {VERSION} from {releases}")
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=target.parent) as directory:
        archive = Path(directory) / name
        async with session() as client:
            known = Checksum("sha256", pins.archives[architecture])
            await fetch(client, f"{releases}/{name}", archive, checksum=known)
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
