"""What a client may get wrong, over real HTTP: each gets the status and the code that the description names."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import insert

from foundation.database import transaction
from tests.voice_service.accounts import accounts
from tests.voice_service.background import Background
from tests.voice_service.messaging import wav
from voice_service.jobs.webhooks import LONGEST_URL
from voice_service.storage.tables import plans

pytestmark = pytest.mark.shared

TRANSLATE, TRANSCRIBE = "/api/v1/voice/translate", "/api/v1/voice/transcribe"
LATER = "/api/v1/voice/translate/async"
GOOD = wav(1.5)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Background]:
    with Background(tmp_path_factory.mktemp("bad input"), requests_per_minute=100_000) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. What is not given is as it should be."""

    path: str
    status: int
    code: str
    method: str = "POST"
    sound: bytes = GOOD
    media_type: str = "audio/wav"
    query: dict[str, str] = field(default_factory=lambda: {"target_language": "es"})
    json: Any = None
    head: dict[str, str] = field(default_factory=dict)


def sounds(name: str, status: int, code: str, **wrong: Any) -> dict[str, Ask]:
    """The same recording to every call that takes it and looks into it."""
    return {
        f"{name}, {path.rpartition('/')[2]}": Ask(path, status, code, **wrong)
        for path in (TRANSLATE, TRANSCRIBE)
    }


def in_json(**fields: Any) -> dict[str, Any]:
    return {"audio": base64.b64encode(GOOD).decode(), "target_language": "es", **fields}


def webhook(url: str, code: str = "webhook_refused") -> Ask:
    return Ask(LATER, 422, code, json=in_json(webhook_url=url))


def get(path: str, status: int, code: str, method: str = "GET", **more: Any) -> Ask:
    return Ask(path, status, code, method=method, sound=b"", query={}, **more)


WITHIN = (
    "https://127.0.0.1/hook", "https://localhost/hook", "https://10.1.2.3/hook", "https://192.168.0.10:8443/hook",
    "https://169.254.169.254/latest/meta-data", "https://[::1]/hook", "https://[fd00::1]/hook",
    "https://[::ffff:10.0.0.1]/hook", "https://0x7f000001/hook", "https://2130706433/hook", "https://0/hook",
    "https://printer.local/hook", "https://db.internal/hook", "https://metadata.localhost./hook",
    "https://user:secret@example.org/hook", "http://example.org/hook", "ftp://example.org/hook", "hook",
)  # fmt: skip

CASES: dict[str, Ask] = {
    # the recording
    **sounds("empty", 422, "empty_audio", sound=b""),
    **sounds("one sample", 422, "audio_too_short", sound=wav(1 / 16_000)),
    **sounds("under a second", 422, "audio_too_short", sound=wav(0.9)),
    **sounds("300.6 s", 413, "audio_too_long", sound=wav(300.6, 8000)),
    **sounds("301 s", 413, "audio_too_long", sound=wav(301.0, 8000)),
    **sounds("no sound", 422, "bad_audio", sound=b"once upon a time " * 100),
    **sounds("a picture", 422, "bad_audio", sound=b"\x89PNG\r\n\x1a\n" + bytes(200)),
    **sounds("only a head", 422, "bad_audio", sound=GOOD[:30]),
    **sounds("noise behind a head", 422, "bad_audio", sound=b"fLaC" + bytes(range(256)) * 20, media_type="audio/flac"),
    **sounds("a playlist", 422, "bad_audio", sound=b"#EXTM3U\nhttp://127.0.0.1/a.ts\n", media_type="audio/mpeg"),
    **sounds("a kind that is none", 415, "unsupported_media_type", media_type="text/plain"),
    **sounds("a format that is none", 422, "invalid", query={"target_language": "es", "audio_format": "exe"}),
    # what is said about it
    "no target": Ask(TRANSLATE, 422, "invalid", query={}),
    "a language that is none": Ask(TRANSLATE, 422, "invalid", query={"target_language": "x!"}),
    "a quality that is none": Ask(TRANSLATE, 422, "invalid", json=in_json(options={"quality": "best"})),
    "no base64": Ask(TRANSLATE, 422, "bad_base64", json=in_json(audio="?")),
    "no JSON": Ask(TRANSLATE, 400, "bad_request", sound=b"{", media_type="application/json"),
    "bytes that are no text": Ask(TRANSLATE, 400, "bad_request", sound=b"\xff\xfe{}", media_type="application/json"),
    "nested without end": Ask(TRANSLATE, 400, "bad_request", sound=b"[" * 50_000, media_type="application/json"),
    "a form without a boundary": Ask(TRANSLATE, 400, "bad_request", media_type="multipart/form-data"),
    "an unknown profile": Ask(TRANSLATE, 404, "unknown_profile", json=in_json(voice_profile_id="v1")),
    "an unknown profile later": Ask(LATER, 404, "unknown_profile", json=in_json(voice_profile_id="v1")),
    # jobs and webhooks
    **{f"a webhook to {url}": webhook(url) for url in WITHIN},
    "a webhook without end": webhook("https://example.org/" + "a" * LONGEST_URL, "invalid"),
    "an empty idempotency key": Ask(LATER, 422, "invalid", head={"idempotency-key": ""}),
    "a job that is not there": get("/api/v1/voice/job/nothing", 404, "unknown_job"),
    "a job's name without end": get(f"/api/v1/voice/job/{'a' * 65}", 422, "invalid"),
    "cancelling what is not there": get("/api/v1/voice/job/nothing", 404, "unknown_job", method="DELETE"),
    "deleting what is not there": get("/api/v1/voice/history/nothing", 404, "unknown_job", method="DELETE"),
    # pages
    "a cursor of nobody": get("/api/v1/voice/history?cursor=abc", 422, "wrong_cursor"),
    "a page of none": get("/api/v1/voice/history?limit=0", 422, "invalid"),
    "a page of all": get("/api/v1/audit", 404, "not_found"),
    "an audit before the beginning": get("/api/v1/admin/audit?before=0", 422, "invalid"),
    # links
    "a link of one's own making": get("/api/v1/objects/a?expires=9999999999&signature=0", 403, "wrong_signature"),
    "a link without a signature": get("/api/v1/objects/a?expires=9999999999", 422, "invalid"),
    # speech
    "a sample of nobody": get("/voices/nobody/sample", 404, "unknown_voice"),
    # accounts
    "choices of no kind": Ask("/api/v1/account/choices", 422, "invalid", method="PUT", query={}, json={"keeps": 1}),
    # HTTP itself
    "no such place": get("/api/v1/voice/nothing", 404, "not_found"),
    "a method that is none": get(TRANSLATE, 405, "not_found"),
    "no key": get("/api/v1/account", 401, "not_authorised", head={"authorization": ""}),
    "a wrong key": get("/api/v1/account", 401, "not_authorised", head={"authorization": "Bearer hive_" + "a" * 43}),
    "another way to show a key": get("/api/v1/account", 401, "not_authorised", head={"authorization": "Basic YTpi"}),
    "another host's name": get("/api/v1/account", 421, "wrong_host", head={"host": "elsewhere.example"}),
    "another site's page": get("/api/v1/account", 403, "wrong_origin", head={"origin": "https://elsewhere.example"}),
}  # fmt: skip


def asked(service: Background, ask: Ask, headers: dict[str, str]) -> httpx.Response:
    body: dict[str, Any] = {"content": ask.sound} if ask.json is None else {"json": ask.json}
    kind = {"content-type": ask.media_type} if ask.json is None and ask.method == "POST" else {}
    with httpx.Client(base_url=service.url, timeout=60) as client:
        return client.request(
            ask.method, ask.path, params=ask.query or None, headers={**headers, **kind, **ask.head}, **body
        )


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_named(service: Background, case: str) -> None:
    """As a problem (RFC 9457) whose type, status and code agree; what was sent is not said again."""
    ask = CASES[case]
    answer = asked(service, ask, service.headers)

    assert (answer.status_code, answer.headers["content-type"]) == (ask.status, "application/problem+json"), (
        answer.text
    )
    problem = answer.json()
    assert (problem["code"], problem["type"], problem["status"]) == (
        ask.code, f"urn:hive:problem:{ask.code}", ask.status,
    )  # fmt: skip
    assert problem["title"]
    assert problem["detail"]


SPEECH: dict[str, tuple[dict[str, Any] | bytes, int]] = {
    "no text": ({}, 400),
    "an empty text": ({"text": ""}, 400),
    "a blank text": ({"text": " \n"}, 400),
    "501 characters": ({"text": "a" * 501}, 400),
    "too slow": ({"text": "a", "speed": 0.49}, 400),
    "no number": ({"text": "a", "speed": "NaN"}, 400),
    "an unknown voice": ({"text": "a", "voice": "nobody"}, 404),
    "a language that nobody speaks": ({"text": "a", "language": "tlh"}, 404),
    "a format that is not offered": ({"text": "a", "voice": "es-1", "format": "aiff"}, 406),
    "no JSON": (b"{", 400),
    "bytes that are no text": (b"\xff\xfe", 400),
}


@pytest.mark.parametrize("case", SPEECH)
def test_what_is_wrong_with_a_text_to_speak_is_said_in_detail(service: Background, case: str) -> None:
    """As the seed of `/tts` has it."""
    body, status = SPEECH[case]
    content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = httpx.post(
        f"{service.url}/tts", headers={"content-type": "application/json", **service.headers}, **content
    )
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json"), answer.text
    assert answer.json()["detail"]


def test_more_bytes_than_are_taken_are_not_read(service: Background) -> None:
    """The head alone is enough to refuse them."""
    split = urlsplit(service.url)
    with socket.create_connection((split.hostname, split.port), timeout=20) as client:
        head = [
            f"POST {TRANSLATE}?target_language=es HTTP/1.1", f"Host: {split.netloc}", "Content-Type: audio/wav",
            f"Authorization: {service.headers['authorization']}", "Content-Length: 90000000", "", "",
        ]  # fmt: skip
        client.sendall("\r\n".join(head).encode())
        said = client.recv(65_536)
    assert b" 413 " in said.splitlines()[0]


def test_a_damaged_recording_is_taken_with_a_warning(service: Background) -> None:
    answer = asked(service, Ask(TRANSLATE, 200, "", sound=wav(4.0)[:-20_000]), service.headers)
    assert answer.status_code == 200
    assert {warning["code"] for warning in answer.json()["warnings"]} & {"damaged", "incomplete"}


def test_a_link_whose_time_is_over_opens_nothing(service: Background) -> None:
    url = asked(service, Ask(TRANSLATE, 200, ""), service.headers).json()["audio_url"]
    name = urlsplit(url).path.rpartition("/")[2]
    links = service.api.services.messages.messages.links
    over = links.link(name, int(service.api.clock()) - 1)
    path = urlsplit(over)

    good = httpx.get(f"{service.url}{urlsplit(url).path}?{urlsplit(url).query}")
    assert good.status_code == 200
    answer = httpx.get(f"{service.url}{path.path}?{path.query}")
    assert (answer.status_code, answer.json()["code"]) == (410, "link_expired")
    beyond = httpx.get(good.url, headers={"range": f"bytes={len(good.content)}-"})
    assert (beyond.status_code, beyond.json()["code"]) == (416, "wrong_range")


def test_a_month_that_is_used_up_is_said_with_its_end(service: Background) -> None:
    async def one_message() -> None:
        row = {
            "messages_per_month": 1,
            "promised_s": 30.0,
            "queue": "P2",
            "rights": [],
            "languages": ["en", "es"],
        }
        async with transaction(service.api.services.engine) as connection:
            await connection.execute(insert(plans).values(name="one", **row))

    service.wait_for(one_message())
    headers = service.key("small", "one")
    assert asked(service, Ask(TRANSLATE, 200, ""), headers).status_code == 200
    for path in (TRANSLATE, LATER):
        answer = asked(service, Ask(path, 429, ""), headers)
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["limit"]) == (429, "quota_used_up", 1)
        assert float(answer.headers["retry-after"]) >= problem["retry_after_s"] > 0
    elsewhere = asked(service, Ask(TRANSLATE, 403, "", query={"target_language": "fr"}), headers)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "not_in_plan")


def test_the_same_key_for_another_request_is_a_conflict(service: Background) -> None:
    head = {"idempotency-key": "invoice 7"}
    first = asked(service, Ask(LATER, 202, "", head=head), service.headers)
    second = asked(service, Ask(LATER, 409, "", head=head, sound=wav(1.6)), service.headers)
    assert first.status_code == 202
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_conflict")


def test_whose_key_was_withdrawn_is_a_stranger(service: Background) -> None:
    headers = service.key("gone")
    token = httpx.post(f"{service.url}/api/v1/token", headers=headers).json()["token"]
    here = accounts(service.api.services)

    async def withdrawn() -> None:
        (kept,) = await here.keys("gone")
        await here.withdraw_key(kept.id)

    service.wait_for(withdrawn())
    for shown in (headers, {"authorization": f"Bearer {token}"}):
        answer = httpx.get(f"{service.url}/api/v1/account", headers=shown)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authorised")


def test_only_operators_see_the_audit(service: Background) -> None:
    answer = httpx.get(f"{service.url}/api/v1/admin/audit", headers=service.key("curious"))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_operator")


def test_who_asks_too_often_is_told_when_to_come_again(service: Background) -> None:
    """By a plan's own bound."""

    async def slow_plan() -> None:
        row = {"promised_s": 30.0, "queue": "P2", "rights": [], "requests_per_minute": 2}
        async with transaction(service.api.services.engine) as connection:
            await connection.execute(insert(plans).values(name="slow", **row))

    service.wait_for(slow_plan())
    headers = service.key("hasty", "slow")
    answers = [httpx.get(f"{service.url}/api/v1/account", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize("path", ["/api/v1/account", "/tts"])
def test_wrong_keys_are_counted_wherever_they_are_shown(tmp_path: Any, path: str) -> None:
    """Whoever guesses is slowed down; who has a good key at the same address is not."""
    with Background(tmp_path, failures_per_minute=3) as service:
        wrong = {"authorization": "Bearer hive_" + "b" * 43}
        ask: Callable[[dict[str, str]], httpx.Response] = (
            (
                lambda head: httpx.post(
                    f"{service.url}/tts", headers=head, json={"text": "Hola", "voice": "es-1"}
                )
            )
            if path == "/tts"
            else (lambda head: httpx.get(f"{service.url}{path}", headers=head))
        )
        assert [ask(wrong).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
        assert ask(service.headers).status_code == 200


async def test_a_body_that_stops_is_waited_for_no_longer_than_is_allowed(tmp_path: Any) -> None:
    """The promise of `idle_timeout_s`, on a bare socket."""
    with Background(tmp_path, idle_timeout_s=0.5) as service:
        split = urlsplit(service.url)
        reader, writer = await asyncio.open_connection(split.hostname, split.port)
        head = [
            f"POST {TRANSLATE}?target_language=es HTTP/1.1", f"Host: {split.netloc}", "Content-Type: audio/wav",
            f"Authorization: {service.headers['authorization']}", "Content-Length: 5000", "", "RIFF",
        ]  # fmt: skip
        writer.write("\r\n".join(head).encode())
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert b" 408 " in answer.splitlines()[0]
    assert b'"code": "too_slow"' in answer
