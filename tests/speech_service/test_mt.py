"""Translation over HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import numpy as np
import pytest

from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    TranslationRequest,
    UnknownLanguage,
)
from speech_service.mt import mt_app
from speech_service.wire import sound_to_text
from tests.fakes.engines import ScriptedTranslator
from tests.fakes.service_engines import FailingTranslator
from tests.speech_service.serving import ending, message, served, settings

TOKEN = "a token of the tests"
HELLO = {"text": "hello", "source": "en", "target": "es"}


def translator(**gates: asyncio.Event) -> ScriptedTranslator:
    return ScriptedTranslator(
        {("es", "hello"): "hola", ("es", "bye"): "adiós", ("es", "good morning, how are you?"): "¿qué tal?"},
        gates,
    )


async def test_a_text_is_translated() -> None:
    """The answer holds the text, the engine and the route; the engine gets everything that was asked."""
    engine = translator()
    async with served(mt_app(engine, settings())) as client:
        body = {**HELLO, "context": [["a", "b"]], "draft": True}
        async with client.post("/translate", json=body) as answer:
            assert (answer.status, await answer.json()) == (
                200,
                {"text": "hola", "engine": "scripted", "route": ["en", "es"], "doubt": "", "score": None},
            )

    assert engine.asked == [TranslationRequest("hello", "en", "es", (("a", "b"),), True)]


async def test_a_source_that_is_not_given_is_detected() -> None:
    """Without `source` the language of the text is found among those the engine knows."""
    engine = translator()
    async with served(mt_app(engine, settings())) as client:
        body = {"text": "good morning, how are you?", "target": "es"}
        async with client.post("/translate", json=body) as answer:
            assert (await answer.json())["route"] == ["en", "es"]


async def test_a_batch_keeps_its_order_and_reports_failures_in_place() -> None:
    """One text that fails costs only itself."""
    async with served(mt_app(translator(), settings())) as client:
        texts = ["hello", "unreadable", "bye", " "]
        body = {"requests": [{**HELLO, "text": text} for text in texts]}
        async with client.post("/batch", json=body) as answer:
            results = (await answer.json())["results"]

    assert [result.get("text") or result["error"]["code"] for result in results] == [
        "hola",
        "engine_failed",
        "adiós",
        "empty_text",
    ]


@pytest.mark.parametrize(
    ("text", "among", "language"),
    [
        ("¿Dónde está la biblioteca municipal?", [], "es"),
        ("where is the public library", ["fr", "en"], "en"),
        ("das ist ein Haus am See", ["de-AT", "fr"], "de-AT"),
        ("😀 123 \u0000", [], None),
    ],
)
async def test_the_language_of_a_text_is_detected(text: str, among: list[str], language: str | None) -> None:
    """The answer is one of the languages that come into question, or none for a text without words."""
    async with (
        served(mt_app(translator(), settings())) as client,
        client.post("/detect", json={"text": text, "among": among}) as answer,
    ):
        assert (answer.status, (await answer.json())["language"]) == (200, language)


async def test_the_pairs_are_listed() -> None:
    """/languages tells what can be asked for, and what the engine says of itself."""
    async with (
        served(mt_app(translator(), settings())) as client,
        client.get("/languages") as answer,
    ):
        listed = await answer.json()

    assert listed["engine"]["name"] == "scripted"
    assert {"source": "en", "target": "es", "route": ["en", "es"]} in listed["pairs"]


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (
            UnknownLanguage("xx", ["en", "es"]),
            422,
            {
                "code": "unknown_language",
                "detail": "xx is not available; available: en, es",
                "asked": "xx",
                "known": ["en", "es"],
            },
        ),
        (
            EngineOverloaded("translation", 2.5),
            503,
            {
                "code": "overloaded",
                "detail": "translation is overloaded, try again in 2.5 s",
                "retry_after_s": 2.5,
            },
        ),
        (EngineMissing("install it"), 502, {"code": "engine_missing", "detail": "install it"}),
        (EngineError("it broke"), 502, {"code": "engine_failed", "detail": "it broke"}),
        (ValueError("hello"), 500, {"code": "internal", "detail": "the service has failed; see its log"}),
    ],
)
async def test_a_failure_of_the_engine_has_its_own_answer(
    error: Exception, status: int, body: dict[str, Any]
) -> None:
    """Each kind of failure has a status and a code, over HTTP and on the WebSocket; overload says when to return."""
    code = body["code"]
    problem = body | {
        "type": f"urn:hive:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
    }
    async with served(mt_app(FailingTranslator(error), settings())) as client:
        async with client.post("/translate", json=HELLO) as answer:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert (answer.status, await answer.json()) == (status, problem)
            assert answer.headers.get("Retry-After") == ("3" if status == 503 else None)
        async with client.ws_connect("/ws/translate") as socket:
            await socket.send_json({"type": "translate", "id": 1, **HELLO})
            failed = await message(socket)
        async with client.get("/performance") as answer:
            assert (await answer.json())["problems"] == {body["code"]: 2}

    code, text = body.pop("code"), body.pop("detail")
    assert failed == {"type": "error", "id": 1, "code": code, "message": text, "more": body}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/translate", {**HELLO, "text": "x" * 101}, 413, "too_long"),
        ("/translate", {**HELLO, "text": "x" * 200_000}, 413, "too_large"),
        ("/translate", {**HELLO, "text": " \n"}, 422, "empty_text"),
        ("/translate", {**HELLO, "text": "half \ud800 a pair"}, 422, "bad_text"),
        ("/translate", {**HELLO, "target": "not a code"}, 422, "invalid_request"),
        ("/translate", {"text": "hello"}, 422, "invalid_request"),
        ("/translate", [], 422, "invalid_request"),
        ("/translate", {**HELLO, "context": [["x" * 101, ""]]}, 413, "too_long"),
        ("/batch", {"requests": [{**HELLO, "text": "x" * 100}] * 11}, 413, "too_long"),
        ("/batch", {"requests": []}, 422, "invalid_request"),
        ("/detect", {"text": ""}, 422, "empty_text"),
        ("/nowhere", {}, 404, "not_found"),
    ],
)
async def test_a_request_that_does_not_fit_is_refused(path: str, body: Any, status: int, code: str) -> None:
    """What is too long or does not fit gets a problem that does not repeat what was sent."""
    chosen = settings(max_text_characters=100)
    async with (
        served(mt_app(translator(), chosen), chosen) as client,
        client.post(path, json=body) as answer,
    ):
        problem = await answer.json()
        assert (answer.status, problem["code"]) == (status, code)
        assert "xxx" not in problem["detail"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"text": NaN}', b"null", b"[" * 5000])
async def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    """Broken JSON is the client's fault, not a failure of the service."""
    async with served(mt_app(translator(), settings())) as client:
        headers = {"Content-Type": "application/json"}
        async with client.post("/translate", data=body, headers=headers) as answer:
            assert answer.status in (400, 422)
            assert answer.content_type == "application/problem+json"


async def test_a_body_without_a_length_is_cut_at_the_bound() -> None:
    """The bound holds while the body is read, so nobody can fill the memory."""

    async def endless() -> Any:
        for _ in range(1000):
            yield b" " * 65_536

    async with served(mt_app(translator(), settings())) as client:
        try:
            async with client.post("/translate", data=endless()) as answer:
                assert answer.status == 413
        except aiohttp.ClientConnectionError:
            pass  # the service closed the connection while the client was still sending


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """A client that stops in the middle of its body is cut off."""
    chosen = settings(idle_timeout_s=0.2)

    async def stalled() -> Any:
        yield b'{"text": '
        await asyncio.sleep(10)

    async with (
        served(mt_app(translator(), chosen), chosen) as client,
        client.post("/translate", data=stalled()) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (408, "too_slow")


async def test_without_the_token_only_the_health_is_told() -> None:
    """Everything but /health needs the token, WebSockets too."""
    chosen = settings(token=TOKEN)
    app = mt_app(translator(), chosen)
    async with served(app, chosen) as client:
        async with client.get("/health") as answer:
            assert await answer.json() == {
                "status": "ok",
                "service": "mt",
                "parts": {"engine": "ok"},
                "engine": "scripted",
                "languages": ["en", "es"],
                "room": 32,
                "under_way": 0,
            }
        for path in ("/languages", "/metrics", "/performance", "/openapi.json"):
            async with client.get(path) as answer:
                assert (answer.status, (await answer.json())["code"]) == (401, "not_authorised")
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/ws/translate")
        assert refused.value.status == 401
        async with client.get("/languages", headers={"Authorization": "Bearer wröng"}) as answer:
            assert answer.status == 401
    async with (
        served(app, chosen, token=TOKEN) as client,
        client.post("/translate", json=HELLO) as answer,
    ):
        assert answer.status == 200


async def test_more_requests_than_allowed_are_told_to_come_back() -> None:
    """Beyond the bound a request gets 503 with Retry-After at once; one can still look what is going on."""
    gate = asyncio.Event()
    engine = translator(hello=gate)
    chosen = settings(max_requests=1)
    async with served(mt_app(engine, chosen), chosen) as client:
        first = asyncio.create_task(client.post("/translate", json=HELLO))
        while not engine.asked:
            await asyncio.sleep(0.005)
        async with client.post("/translate", json=HELLO) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        async with client.get("/performance") as answer:
            assert (await answer.json())["problems"] == {"overloaded": 1}
        gate.set()
        async with await first as answer:
            assert answer.status == 200


async def test_what_the_service_did_is_measured() -> None:
    """/performance has quantiles for each operation, /metrics the same for Prometheus."""
    async with served(mt_app(translator(), settings())) as client:
        for draft in (False, True, False):
            async with client.post("/translate", json={**HELLO, "draft": draft}) as answer:
                assert answer.status == 200
        async with client.get("/performance") as answer:
            operations = (await answer.json())["operations"]
        async with client.get("/metrics") as answer:
            metrics = await answer.text()

    assert {name: values["count"] for name, values in operations.items()} == {"draft": 1, "translate": 2}
    assert set(operations["draft"]) == {"count", "mean_s", "p50_s", "p90_s", "p95_s", "p99_s", "max_s"}
    assert 'hive_service_seconds_count{operation="translate",service="mt"} 2.0' in metrics


async def test_answers_come_in_any_order() -> None:
    """On the WebSocket a slow request holds nobody up."""
    gate = asyncio.Event()
    async with (
        served(mt_app(translator(hello=gate), settings())) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        await socket.send_json({"type": "translate", "id": 1, **HELLO})
        await socket.send_json({"type": "alive"})
        await socket.send_json({"type": "translate", "id": 2, **HELLO, "text": "bye"})
        first = await message(socket)
        gate.set()
        second = await message(socket)

    answer: dict[str, Any] = {"type": "translation", "engine": "scripted", "route": ["en", "es"]}
    answer |= {"doubt": "", "score": None, "from_sound": False}
    assert [first, second] == [{**answer, "id": 2, "text": "adiós"}, {**answer, "id": 1, "text": "hola"}]


async def test_a_cancelled_request_is_stopped() -> None:
    """Cancelling ends the engine's work; its number is then free again."""
    gate = asyncio.Event()
    engine = translator(hello=gate)
    async with (
        served(mt_app(engine, settings())) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        await socket.send_json({"type": "translate", "id": 1, **HELLO})
        await socket.send_json({"type": "cancel", "id": 99})
        async with asyncio.timeout(5):
            while not engine.asked:
                await asyncio.sleep(0.005)
        await socket.send_json({"type": "cancel", "id": 1})
        assert await message(socket) == {"type": "cancelled", "id": 1}
        await socket.send_json({"type": "translate", "id": 1, **HELLO, "text": "bye"})
        assert (await message(socket))["text"] == "adiós"

    assert engine.cancelled == ["hello"]


async def test_a_connection_has_a_bound_of_its_own() -> None:
    """Requests beyond the bound are answered as overload, those under way go on."""
    gate = asyncio.Event()
    chosen = settings(max_requests=1)
    async with (
        served(mt_app(translator(hello=gate), chosen), chosen) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        await socket.send_json({"type": "translate", "id": 1, **HELLO})
        await socket.send_json({"type": "translate", "id": 2, **HELLO})
        refused = await message(socket)
        gate.set()
        answered = await message(socket)

    assert (refused["id"], refused["code"], refused["more"]) == (2, "overloaded", {"retry_after_s": 0.5})
    assert (answered["id"], answered["text"]) == (1, "hola")


async def test_a_request_that_cannot_be_read_is_answered_by_its_number() -> None:
    """A message with an id that does not fit costs only itself."""
    async with (
        served(mt_app(translator(), settings())) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        await socket.send_json({"type": "translate", "id": 3, "text": 5})
        failed = await message(socket)
        await socket.send_json({"type": "translate", "id": 4, **HELLO})
        answered = await message(socket)

    assert (failed["id"], failed["code"]) == (3, "invalid_request")
    assert (answered["id"], answered["text"]) == (4, "hola")


async def test_a_clause_brings_its_sound() -> None:
    """The engine gets the samples; without any it gets none."""
    engine = translator()
    pcm = np.array([1, -2, 300], np.int16)
    async with (
        served(mt_app(engine, settings())) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        await socket.send_json({"type": "translate", "id": 1, **HELLO, "sound": sound_to_text(pcm)})
        await message(socket)
        await socket.send_json({"type": "translate", "id": 2, **HELLO})
        await message(socket)

    assert [None if r.sound is None else r.sound.tolist() for r in engine.asked] == [[1, -2, 300], None]


async def test_a_glossary_that_cannot_be_read_costs_only_its_request() -> None:
    """The answer names the place; the next request is answered."""
    async with (
        served(mt_app(translator(), settings())) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        wrong = {"entries": [{"source": "HIVE"}]}
        await socket.send_json({"type": "translate", "id": 1, **HELLO, "glossary": wrong})
        failed = await message(socket)
        await socket.send_json({"type": "translate", "id": 2, **HELLO})
        answer = await message(socket)

    assert (failed["type"], failed["id"], failed["code"]) == ("error", 1, "invalid_request")
    assert failed["message"] == "glossary: entry 1: language: expected a language code such as en or pt-BR"
    assert (answer["id"], answer["text"], answer["from_sound"]) == (2, "hola", False)


@pytest.mark.parametrize("sound", ["*", "AAA", "AAAA"])
async def test_sound_that_cannot_be_read_costs_only_its_request(sound: str) -> None:
    """The answer says so, the engine is not asked, and the connection goes on."""
    engine = translator()
    async with (
        served(mt_app(engine, settings())) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        await socket.send_json({"type": "translate", "id": 1, **HELLO, "sound": sound})
        failed = await message(socket)
        await socket.send_json({"type": "translate", "id": 2, **HELLO})
        answered = await message(socket)

    assert (failed["type"], failed["id"], failed["code"]) == ("error", 1, "bad_audio")
    assert (answered["id"], answered["text"]) == (2, "hola")
    assert len(engine.asked) == 1


@pytest.mark.parametrize("sent", ["{", "[]", '{"type": "shout"}', '{"type": []}', b"sound", "[" * 100_000])
async def test_a_connection_that_makes_no_sense_is_closed(sent: str | bytes) -> None:
    """The client is told why, and the connection ends with a code."""
    async with (
        served(mt_app(translator(), settings())) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        await (socket.send_bytes(sent) if isinstance(sent, bytes) else socket.send_str(sent))
        failed = await message(socket)
        code, reason = await ending(socket)

    assert (failed["code"], failed["id"], code) == ("invalid_request", None, 1007)
    assert reason == failed["message"]


async def test_a_message_that_is_too_large_ends_the_connection() -> None:
    """Nobody can make the service hold a message beyond the bound."""
    async with (
        served(mt_app(translator(), settings())) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        await socket.send_str(json.dumps({"type": "translate", "text": "x" * 2**20}))
        assert (await ending(socket))[0] == 1009


async def test_a_silent_client_is_cut_off() -> None:
    """Who sends nothing for the idle time is told so and loses the connection."""
    chosen = settings(idle_timeout_s=0.1)
    async with (
        served(mt_app(translator(), chosen), chosen) as client,
        client.ws_connect("/ws/translate") as socket,
    ):
        assert (await message(socket))["code"] == "silent"
        assert await ending(socket) == (4408, "nothing was sent for 0.1 s")


async def test_a_connection_on_which_no_request_comes_is_cut_off() -> None:
    """Opening a connection and sending nothing, or half a head, does not hold it for ever."""
    chosen = settings(idle_timeout_s=0.1)
    async with served(mt_app(translator(), chosen), chosen) as client:
        base = client._base_url
        assert base is not None
        for head in (b"", b"POST /translate HTT"):
            reader, writer = await asyncio.open_connection(base.host, base.port)
            writer.write(head)
            assert await asyncio.wait_for(reader.read(1), 5) == b""
            writer.close()
            await writer.wait_closed()


async def test_connections_have_a_bound() -> None:
    """One connection too many is refused with 503; when another ends there is room again."""
    chosen = settings(max_connections=1)
    async with served(mt_app(translator(), chosen), chosen) as client:
        async with client.ws_connect("/ws/translate"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect("/ws/translate")
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "2")  # type: ignore[index]
        async with asyncio.timeout(5):
            while True:
                try:
                    async with client.ws_connect("/ws/translate"):
                        break
                except aiohttp.WSServerHandshakeError:
                    await asyncio.sleep(0.01)
