from __future__ import annotations

import dataclasses

import pytest

from auth_service.policy import Role, attributes, grants

TRACKS = ["microphone", "camera", "screen_share", "screen_share_audio"]


@pytest.mark.parametrize(
    ("role", "publishes", "sources", "data", "chats"),
    [
        (Role.ORGANISER, True, TRACKS, True, True),
        (Role.SPEAKER, True, TRACKS, False, True),
        (Role.LISTENER, False, None, False, True),
        (Role.READER, False, None, False, False),
    ],
)
def test_a_role_has_exactly_its_grants(
    role: Role, publishes: bool, sources: list[str] | None, data: bool, chats: bool
) -> None:
    """Nothing is granted beyond the table; nobody is an administrator, an agent, a recorder or hidden. Where there is
    no chat, guests send no data."""
    given, with_chat = (
        {name: value for name, value in dataclasses.asdict(found).items() if value is not None}
        for found in (grants(role, "board"), grants(role, "board", chat=True))
    )

    assert with_chat == given | {"can_publish_data": chats}
    assert given == {
        "room": "board",
        "room_join": True,
        "can_publish": publishes,
        "can_publish_data": data,
        "can_subscribe": True,
        "can_update_own_metadata": True,
        **({"can_publish_sources": sources} if sources else {}),
    }


@pytest.mark.parametrize(
    ("role", "wishes", "expected"),
    [
        (Role.SPEAKER, {}, {"translator.speak": "en"}),
        (
            Role.SPEAKER,
            {"speak": "es", "listen": "fr", "captions": "fr,original"},
            {
                "translator.speak": "es",
                "translator.listen": "fr",
                "translator.captions": "fr,original",
                "language": "fr",
            },
        ),
        (Role.SPEAKER, {"speak": "es"}, {"translator.speak": "es", "language": "es"}),
        (
            Role.LISTENER,
            {"speak": "auto", "listen": "off"},
            {"translator.speak": "auto", "translator.listen": "off"},
        ),
        (Role.LISTENER, {"captions": "de"}, {"translator.speak": "en", "translator.captions": "de"}),
        (Role.READER, {}, {"translator.listen": "off", "translator.captions": "original"}),
        (
            Role.READER,
            {"speak": "es", "listen": "es", "captions": "es"},
            {"translator.listen": "off", "translator.captions": "es"},
        ),
    ],
)
def test_first_wishes_become_attributes(role: Role, wishes: dict[str, str], expected: dict[str, str]) -> None:
    """What somebody asks for when they join is what the interpreter reads; a reader hears nothing."""
    assert attributes(role, source_language="en", **wishes) == expected
