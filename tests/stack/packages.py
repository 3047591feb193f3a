"""Published packages for tests: tiny real wheels for pip, and an npm registry on loopback."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer


def wheel(folder: Path, name: str, version: str, files: dict[str, bytes]) -> Path:
    """A wheel with data files, and an `__init__.py` that leaves a mark where it is run."""
    module = name.replace("-", "_")
    information = f"{module}-{version}.dist-info"
    members = files | {
        f"{module}/__init__.py": f"open({str(folder / 'was-run')!r}, 'w')\n".encode(),
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{information}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}\n"
        for path, data in members.items()
    )
    members[f"{information}/RECORD"] = (record + f"{information}/RECORD,,\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return path


def only_wheels_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets pip up so that it knows no index, as a machine's own configuration may."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


def tarball(files: dict[str, bytes]) -> bytes:
    """An npm package; its scripts leave a mark where they are run."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(f"package/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


@asynccontextmanager
async def npm_registry(name: str, version: str, packed: bytes) -> AsyncIterator[str]:
    """A registry with one package; yields its address."""

    async def describe(request: web.Request) -> web.Response:
        dist = {
            "tarball": f"{request.url.origin()}/{name}/-/{name}-{version}.tgz",
            "integrity": f"sha512-{base64.b64encode(hashlib.sha512(packed).digest()).decode()}",
        }
        manifest = {"name": name, "version": version, "dist": dist}
        return web.json_response(
            {"name": name, "dist-tags": {"latest": version}, "versions": {version: manifest}}
        )

    async def hand_out(request: web.Request) -> web.Response:
        return web.Response(body=packed)

    app = web.Application()
    app.router.add_get(f"/{name}", describe)
    app.router.add_get(f"/{name}/-/{name}-{version}.tgz", hand_out)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url(""))
