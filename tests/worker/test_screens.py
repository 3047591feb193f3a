"""The sound of shared screens: a speaker of its own, if that is wanted."""

from __future__ import annotations

from typing import Any

import pytest
from livekit import rtc

from protocol.screens import owner_of, screen_of
from tests.fakes.room import FakePermissions, FakePerson, FakePublication
from worker.listeners import Person, make_plan
from worker.screens import screens

SOUND = rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO


def look(*people: FakePerson, recognised: tuple[str, ...] = ()) -> tuple[dict[str, Person], dict[str, Any]]:
    told: Any = people
    return screens(told, offered=("en", "es"), room_language="en", recognised=recognised)


def sharer(
    wish: str, *, source: Any = SOUND, encrypted: bool = False, may_publish: bool = True
) -> FakePerson:
    kind = rtc.EncryptionType.GCM if encrypted else rtc.EncryptionType.NONE
    publication = FakePublication("TR_2", source=source, encryption_type=kind)
    wishes = {"translator.screen": wish, "language": "es"}
    return FakePerson("ana", wishes, {"TR_2": publication}, permissions=FakePermissions(may_publish))


@pytest.mark.parametrize(
    ("wish", "speaks"), [("auto", None), ("AUTO", None), ("en", "en"), ("pt_BR", "pt-BR")]
)
def test_a_screen_is_a_speaker_of_its_own(wish: str, speaks: str | None) -> None:
    """In the language that was said, or that is found out; it hears and reads nothing."""
    people, tracks = look(sharer(wish))
    assert people == {"ana#screen": Person("ana#screen", speaks)}
    assert tracks["ana#screen"].sid == "TR_2"


@pytest.mark.parametrize(
    "one",
    [
        sharer(""),
        sharer("off"),
        sharer("everything, please"),
        sharer("auto", source=rtc.TrackSource.SOURCE_MICROPHONE),
        sharer("auto", encrypted=True),
        sharer("auto", may_publish=False),
        FakePerson("ana", {"translator.screen": "auto"}),
    ],
)
def test_what_nobody_wants_or_nobody_can_hear_is_no_speaker(one: FakePerson) -> None:
    assert look(one) == ({}, {})


def test_who_shares_a_film_hears_it_in_their_own_language() -> None:
    people, _ = look(sharer("en"))
    ana = Person("ana", "es", "es", frozenset({"es"}))
    plan = make_plan([ana, *people.values()], limit=4)
    assert plan.wishes["ana#screen"].voices == {"es"}
    assert plan.channels == {"es": frozenset({"ana"})}


def test_a_language_that_is_not_recognised_is_known_not_to_be() -> None:
    people, _ = look(sharer("es"), recognised=("en",))
    assert not people["ana#screen"].recognised


def test_whose_screen_it_is() -> None:
    assert (owner_of(screen_of("ana")), owner_of("ana")) == ("ana", None)
