"""The way in from outside: the real nginx with the configuration that is shipped, before the real services."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from livekit.protocol.rtc import SignalResponse
from pydantic import SecretStr

from auth_service.serve import serve
from config.settings import Auth, LiveKit, Settings
from protocol.presence import PRESENCE_PATH, signed_by
from stack.parts import ROOT
from stack.ports import free_port
from tests.browser.servers import await_http, process
from worker.announcing import signature

pytestmark = pytest.mark.live

CONFIG = ROOT / "config" / "nginx"
LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Proxy:
    http: int
    https: int
    trust: ssl.SSLContext

    def client(self, host: str = "localhost") -> aiohttp.ClientSession:
        """Asks for a name, and trusts the certificate of this test."""
        return aiohttp.ClientSession(
            f"https://localhost:{self.https}",
            connector=aiohttp.TCPConnector(ssl=self.trust),
            headers={"Host": f"{host}:{self.https}"},
            timeout=aiohttp.ClientTimeout(total=LIMIT_S),
        )


def _certificate(directory: Path) -> ssl.SSLContext:
    """Makes one for `localhost`, and what trusts it alone."""
    directory.mkdir()
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(directory / "privkey.pem")]
    subprocess.run([*command, "-out", str(directory / "fullchain.pem")], check=True, capture_output=True)
    return ssl.create_default_context(cafile=str(directory / "fullchain.pem"))


@contextmanager
def proxy(directory: Path, **upstreams: list[str]) -> Iterator[Proxy]:
    """nginx as it is shipped, but for ports, paths and who serves what."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert found is not None, "nginx is not installed; `make setup-dev` brings it"
    where = directory / "nginx"
    shutil.copytree(CONFIG, where)
    trust = _certificate(directory / "certificates")
    http, https = free_port(), free_port()
    main, certificates = (where / "nginx.conf").read_text(), str(directory / "certificates")
    for shipped, here in (
        ("/tmp/", f"{directory}/"),
        ("8080", str(http)),
        ("8443", str(https)),
        ("/certificates", certificates),
        ("/dev/stdout", str(directory / "access.log")),
        ("[::]", "[::1]"),
    ):
        main = main.replace(shipped, here)
    (where / "nginx.conf").write_text(re.sub(r"listen (\d+)", r"listen 127.0.0.1:\1", main))
    named = (where / "upstreams.conf").read_text()
    for name, there in upstreams.items():
        lines = "\n".join(f"    server {address} max_fails=2 fail_timeout=5s;" for address in there)
        named = re.sub(
            rf"(upstream {name} \{{[^}}]*?)^    server .*?;$", rf"\g<1>{lines}", named, flags=re.MULTILINE
        )
    named = re.sub(r"(auth|livekit|voice):\d+", "127.0.0.1:9", named)  # names that only compose has
    (where / "upstreams.conf").write_text(named)
    command = [found, "-c", str(where / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr.replace("user", ""), checked.stderr
    with process([*command, "-g", "daemon off;"], directory / "nginx.log", {}):
        await_alive(http, directory / "nginx.log")
        yield Proxy(http, https, trust)


def await_alive(port: int, log: Path) -> None:
    """Its own health, as compose asks."""
    await_http(f"http://127.0.0.1:{port}/alive", log, 204)


async def echo(request: web.Request) -> web.Response:
    """Says what arrived."""
    body = await request.read()
    return web.json_response({"headers": dict(request.headers), "bytes": len(body)})


@asynccontextmanager
async def echoing() -> AsyncIterator[str]:
    """Its address."""
    app = web.Application(client_max_size=10**9)
    app.router.add_route("*", "/{path:.*}", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def token_service(livekit: LiveKit, directory: Path, port: int) -> AsyncIterator[str]:
    """A real one with a page; its address."""
    page = directory / "dist"
    page.mkdir()
    (page / "index.html").write_text("<title>HIVE</title>")
    auth = Auth(
        host="127.0.0.1",
        port=port,
        public_url="https://localhost",
        database_url=SecretStr(f"sqlite:///{directory}/rooms.sqlite3"),
        web_directory=page,
        trusted_proxies=("127.0.0.1",),
    )
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve(Settings(development=True, auth=auth, livekit=livekit), started=started.set_result)
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            yield f"127.0.0.1:{await started}"
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def test_a_meeting_is_joined_through_it(livekit: LiveKit, tmp_path: Path) -> None:
    """Page, API and the media server's WebSocket, over TLS; a dead one among the services is noticed by nobody."""
    dead = f"127.0.0.1:{free_port()}"
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(token_service(livekit, tmp_path, free_port()))
        media = livekit.url.removeprefix("ws://")
        way = await asyncio.to_thread(
            stack.enter_context, proxy(tmp_path, page=[dead, service], media=[dead, media])
        )
        client = await stack.enter_async_context(way.client())
        for _ in range(6):
            async with client.get("/") as page:
                assert (page.status, await page.text()) == (200, "<title>HIVE</title>")
                assert page.headers.getall("strict-transport-security") == [
                    "max-age=63072000; includeSubDomains"
                ]
        async with client.post("/api/v1/rooms", json={}) as made:
            assert made.status == 201, await made.text()
            link = (await made.json())["guest_link"].rpartition("#")[2]
        async with client.post("/api/v1/join", json={"invitation": link, "name": "Ana"}) as joined:
            token = (await joined.json())["token"]
        query = {"access_token": token, "protocol": "15", "auto_subscribe": "0"}
        async with client.ws_connect("/rtc", params=query) as signals:
            message = SignalResponse.FromString((await signals.receive(LIMIT_S)).data)
            assert message.join.participant.name == "Ana"
        async with client.get("/metrics") as hidden:
            assert hidden.status == 404
        plain = f"http://127.0.0.1:{way.http}/join?x=1"
        async with client.get(plain, allow_redirects=False, headers={"Host": "localhost"}) as moved:
            assert (moved.status, moved.headers["location"]) == (308, "https://localhost/join?x=1")
        log = await asyncio.to_thread((tmp_path / "access.log").read_text)
        assert '"GET /rtc" 101' in log
        assert token not in log


async def test_a_worker_keeps_its_connection_through_it(livekit: LiveKit, tmp_path: Path) -> None:
    """One elsewhere may have no other way to the token service; what is not signed comes no further than there."""
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(token_service(livekit, tmp_path, free_port()))
        way = await asyncio.to_thread(stack.enter_context, proxy(tmp_path, page=[service]))
        client = await stack.enter_async_context(way.client())
        where = f"{PRESENCE_PATH}?worker={'0' * 16}"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(where)
        assert refused.value.status == 401
        signed = {"Authorization": f"Bearer {signature(livekit, signed_by('0' * 16))}"}
        async with client.ws_connect(where, headers=signed) as worker:
            await worker.send_str("{")
            assert (await worker.receive(LIMIT_S)).data == 1007


async def test_it_says_who_asks_and_keeps_bounds(tmp_path: Path) -> None:
    """Addresses are the client's own, whatever it claims; too large and too much is refused."""
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(echoing()) for _ in range(2)]
        dead = f"127.0.0.1:{free_port()}"
        way = await asyncio.to_thread(stack.enter_context, proxy(tmp_path, voice=[one, dead, other]))
        client = await stack.enter_async_context(way.client("api.localhost"))
        claimed = {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1", "X-Forwarded-Host": "x"}
        async with client.post("/api/v1/tts", data=io.BytesIO(bytes(2_000_000)), headers=claimed) as answer:
            told = await answer.json()
        headers = {name.lower(): value for name, value in told["headers"].items()}
        assert told["bytes"] == 2_000_000
        assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "https")
        assert headers["host"] == f"api.localhost:{way.https}"
        assert not {"forwarded", "x-forwarded-host"} & headers.keys()

        async def status(**options: object) -> int:
            async with client.post("/", **options) as answer:  # type: ignore[arg-type]
                return answer.status

        assert await status(data=io.BytesIO(bytes(58_000_000)), expect100=True) == 413
        found = await asyncio.gather(*(status() for _ in range(200)))
        assert set(found) == {200, 429}
