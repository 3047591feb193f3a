"""A meeting held elsewhere: pages of our own that play one, and hold a call with WebRTC between two tabs."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from stack.ports import free_port

_PLAYS = """<!doctype html><html lang="en"><title>A talk</title><main><h1>A talk</h1>
<audio src="/talk.wav" loop controls autoplay></audio></main></html>"""

# Both tabs are in one browser, so that what they arrange goes by a channel between them.
_CALLS = """<!doctype html><html lang="en"><title>A call</title><main><h1>A call</h1><audio autoplay></audio>
<button type="button">Leave</button></main>
<script nonce="call">
const channel = new BroadcastChannel("call");
const peer = new RTCPeerConnection();
const first = location.hash === "#first";
window.call = { peer, microphone: null };
peer.ontrack = ({ track }) => {
  const stream = new MediaStream([track]);
  document.querySelector("audio").srcObject = stream;
  window.call.heard = stream;
};
peer.onicecandidate = ({ candidate }) =>
  candidate && channel.postMessage({ from: first, candidate: candidate.toJSON() });
channel.onmessage = async ({ data }) => {
  if (data.from === first) return;
  if (data.ready) { window.call.other = true; await offer(); }
  if (data.candidate) await peer.addIceCandidate(data.candidate);
  if (data.description) {
    await peer.setRemoteDescription(data.description);
    if (data.description.type === "offer") {
      await peer.setLocalDescription();
      tell();
    }
  }
};
const tell = () => channel.postMessage({ from: first, description: peer.localDescription.toJSON() });
// Once both are there, the first one calls.
const offer = async () => {
  if (!first || !window.call.microphone || !window.call.other) return;
  await peer.setLocalDescription(await peer.createOffer());
  tell();
};
window.join = async () => {
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  window.call.microphone = stream.getAudioTracks()[0];
  peer.addTrack(window.call.microphone, stream);
  channel.postMessage({ from: first, ready: true });
  await offer();
};
</script></html>"""


_STRICT = {"Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox"}
_CALL_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'nonce-call'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'"
}
"""No script, style, medium or connection but the page's own script and its peer connections."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the pages are: `plays`; `calls`, whose policy is as strict as that of calls is; and `strict`, whose policy
    allows no script and no connection at all."""

    url: str
    port: int


@asynccontextmanager
async def pages(talk: Path, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Pages]:
    """Serves them until the block ends.

    Args:
        talk: a WAV file that the first page plays over and over.
    """

    def page(text: str, **headers: str) -> web.Response:
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def plays(_: web.Request) -> web.Response:
        return page(_PLAYS)

    async def calls(_: web.Request) -> web.Response:
        return page(_CALLS, **_CALL_POLICY)

    async def strict(_: web.Request) -> web.Response:
        return page(_PLAYS, **_STRICT)

    async def sound(_: web.Request) -> web.FileResponse:
        return web.FileResponse(talk)

    app = web.Application()
    app.router.add_get("/plays", plays)
    app.router.add_get("/calls", calls)
    app.router.add_get("/strict", strict)
    app.router.add_get("/talk.wav", sound)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
        yield Pages(f"{'https' if tls else 'http'}://127.0.0.1:{port}", port)
    finally:
        await runner.cleanup()


def certificate(folder: Path) -> ssl.SSLContext:
    """One that nobody trusts: the browser is told to take any."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
         "2", "-subj", "/CN=meeting", "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
