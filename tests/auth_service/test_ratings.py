"""What people in meetings say of captions and voices: by session, counted for the operator, gone with the room."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, insert, select

from auth_service.storage.ratings import MOST_OF_ROOM, RatedThing, Rating
from auth_service.storage.tables import ratings
from auth_service.wiring import Container
from foundation.database import reading, transaction
from tests.auth_service.conftest import Api, WallClock, refusal
from tests.auth_service.test_retention import DAY_S, _client, _set

FEEDBACK = "/api/v1/feedback"
KEY = "operator-key"


def said(session: str, **changes: Any) -> dict[str, Any]:
    """That a caption is bad."""
    return {
        "session": session, "about": "caption", "thing": "s1.es", "source_language": "en",
        "target_language": "es", "good": False, **changes,
    }  # fmt: skip


async def _session(api: Api) -> tuple[Any, str]:
    room = await api.room()
    return room, (await api.join(room.guest, "Ana")).json()["session"]


async def _count(services: Container) -> int:
    async with reading(services.storage.engine) as connection:
        return int((await connection.execute(select(func.count()).select_from(ratings))).scalar_one())


async def test_the_operator_sees_what_people_say(services: Container, clock: WallClock) -> None:
    """By languages; the same thing once for each person; words only where they were sent; nobody named."""
    async with _client(_set(services, operator_key=SecretStr(KEY))) as api:
        room, session = await _session(api)
        other = (await api.join(room.guest, "Bo")).json()["session"]
        words = "Good\0 morning. → Buenas noches."
        for body in (
            said(session),
            said(session, reason="wrong_translation", words=words),
            said(session, about="voice", thing="es", good=True),
            said(other, good=True),
            said(other, thing="s2.es", good=True),
        ):
            answer = await api.client.post(FEEDBACK, json=body)
            assert answer.status_code == 204, answer.text
            clock.pass_s(1)
        shown = await api.client.get(FEEDBACK, headers={"authorization": f"Bearer {KEY}"})
        pair = {"source_language": "en", "target_language": "es", "profile": ""}
        assert shown.json() == {
            "languages": [
                {"about": "caption", **pair, "good": 2, "bad": 1},
                {"about": "voice", **pair, "good": 1, "bad": 0},
            ],
            "latest": [
                {
                    "at": shown.json()["latest"][0]["at"], "about": "caption", **pair, "good": False,
                    "reason": "wrong_translation", "words": "Good morning. → Buenas noches.",
                }
            ],
        }  # fmt: skip
        exported = (await api.client.get(f"/api/v1/rooms/{room.name}/export", headers=room.headers)).json()
        assert len(exported["ratings"]) == 4
        assert not any("Ana" in str(value) or session in str(value) for value in exported["ratings"])


async def test_it_is_counted_for_prometheus_within_bounds(services: Container) -> None:
    """Languages are what strangers say: a hundred pairs, and all others together."""
    for number in range(150):
        code = f"{chr(97 + number // 26)}{chr(97 + number % 26)}"
        services.metrics.rated("caption", "en", code, good=False)
    services.metrics.rated("caption", "en-GB", "aa-XX", good=True)
    text = services.metrics.text().decode()
    lines = [line for line in text.splitlines() if line.startswith("hive_auth_ratings_total{")]
    assert len(lines) == 102
    assert 'hive_auth_ratings_total{about="caption",good="yes",source="en",target="aa"} 1.0' in lines
    assert 'hive_auth_ratings_total{about="caption",good="no",source="other",target="other"} 50.0' in lines


async def test_it_goes_with_the_room(services: Container, clock: WallClock) -> None:
    """When the room is erased, and in time."""
    async with _client(services) as api:
        for erase in ("true", "false"):
            room, session = await _session(api)
            assert (await api.client.post(FEEDBACK, json=said(session, words="personal"))).status_code == 204
            assert await _count(services) == 1
            await api.client.delete(f"/api/v1/rooms/{room.name}?erase={erase}", headers=room.headers)
            assert await _count(services) == (0 if erase == "true" else 1)
            if erase == "false":
                clock.pass_s(31 * DAY_S)
                await services.retention.purge(clock())
                assert await _count(services) == 0


async def test_only_who_is_in_a_meeting_rates_it(api: Api, services: Container) -> None:
    """And nobody without the operator's key reads it, also where there is none."""
    room, session = await _session(api)
    assert refusal(await api.client.post(FEEDBACK, json=said("x" * 43))) == (410, "session_ended")
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer x"}, room.headers):
        assert refusal(await api.client.get(FEEDBACK, headers=headers)) == (401, "not_authorised")
    await api.client.delete(f"/api/v1/rooms/{room.name}", headers=room.headers)
    assert refusal(await api.client.post(FEEDBACK, json=said(session))) == (410, "room_closed")
    assert await _count(services) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"good": None},
        {"about": "person"},
        {"thing": ""},
        {"thing": "x" * 101},
        {"thing": "a\nb"},
        {"source_language": "off"},
        {"target_language": "Spanish!"},
        {"reason": "ugly"},
        {"words": "x" * 1001},
        {"name": "Ana"},
    ],
)
async def test_what_cannot_be_meant_is_refused(api: Api, wrong: Any) -> None:
    """Before anything is kept."""
    assert refusal(await api.client.post(FEEDBACK, json=said("x" * 43, **wrong))) == (422, "invalid")


async def test_it_has_bounds(api: Api, services: Container, clock: WallClock) -> None:
    """So many a minute by one person, so many of one room."""
    room, session = await _session(api)
    answers: list[httpx.Response] = []
    for number in range(21):
        answers.append(await api.client.post(FEEDBACK, json=said(session, thing=f"s{number}")))
    assert {answer.status_code for answer in answers[:20]} == {204}
    assert refusal(answers[20]) == (429, "rate_limited")
    rating = Rating(
        about=RatedThing.VOICE, source_language="en", target_language="es", good=True, reason=None, words=None,
        profile="",
    )  # fmt: skip
    many = [
        {"id": f"{number:064x}", "room": room.name, "at": 0.0, **asdict(rating)}
        for number in range(MOST_OF_ROOM - 21)
    ]
    async with transaction(services.storage.engine) as connection:
        await connection.execute(insert(ratings), many)
    kept = [await services.ratings.keep(room.name, session, str(number), rating, 0.0) for number in range(2)]
    assert kept == [True, False]
    assert await services.ratings.keep(room.name, session, "0", rating, 1.0)
