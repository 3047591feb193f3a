"""The keys of a tenant, for its organisers."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, Field

from foundation.http.problems import described
from voice_service.accounts.own_keys import OwnKey, OwnKeys
from voice_service.http.dependencies import CallingByKey, Wired
from voice_service.wiring import VoiceServices

router = APIRouter(
    prefix="/api/v1/account/keys",
    tags=["account"],
    responses=described({409: HTTPStatus.CONFLICT.phrase}),
)

Identifier = Annotated[str, Field(max_length=24, pattern="^[0-9a-z-]+$")]


class KeyWish(BaseModel):
    """A key that is wanted."""

    name: Annotated[str, Field(max_length=64)]
    """What its organisers tell it from others by."""
    person: Identifier | None = None
    """Of the tenant; `null`: a key of the tenant itself, which acts as an organiser."""


class KeyAnswer(BaseModel):
    """What is known of a key."""

    id: str
    person: str | None
    name: str
    created_at: AwareDatetime
    used_at: AwareDatetime | None
    withdrawn_at: AwareDatetime | None


class NewKeyAnswer(KeyAnswer):
    """A key that was made."""

    key: str
    """Shown this once."""


class KeysAnswer(BaseModel):
    """Keys of the tenant, the oldest first."""

    keys: list[KeyAnswer]


@router.get("")
async def keys(caller: CallingByKey, services: Wired) -> KeysAnswer:
    """All keys of the tenant, withdrawn ones too; none is shown again."""
    return KeysAnswer(keys=[KeyAnswer(**_told(key)) for key in await _keys(services).all(caller)])


@router.post("", status_code=201)
async def make(wanted: KeyWish, caller: CallingByKey, services: Wired) -> NewKeyAnswer:
    """Makes a key, and shows it once. With a key: a token makes none."""
    made, shown = await _keys(services).make(caller, wanted.name, wanted.person)
    return NewKeyAnswer(**_told(made), key=shown)


@router.delete("/{key}", status_code=204)
async def withdraw(key: Annotated[str, Path(max_length=24)], caller: CallingByKey, services: Wired) -> None:
    """Ends a key, the one that is shown too, and its tokens, from their next request on."""
    await _keys(services).withdraw(caller, key)


def _keys(services: VoiceServices) -> OwnKeys:
    return OwnKeys(services.engine, clock=services.clock)


def _told(key: OwnKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "person": key.person,
        "name": key.name,
        "created_at": datetime.fromtimestamp(key.created_at, UTC),
        "used_at": _time(key.used_at),
        "withdrawn_at": _time(key.withdrawn_at),
    }


def _time(unix_s: float | None) -> datetime | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)
