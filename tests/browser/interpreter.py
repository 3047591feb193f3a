"""An interpreter that says what a test tells it to: the contract of `docs/protocol.md` without any engine.

It serves listeners as the real one does: a channel for each language somebody listens to, received by those
who do and by nobody else, captions only to those who read them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from livekit import api, rtc
from numpy.typing import NDArray
from pydantic import SecretStr

from config.settings import LiveKit, TranslationSettings
from foundation.tasks import Tasks
from pipeline.engines.protocols import Translator
from protocol.abilities import Abilities
from protocol.attributes import ABILITIES, KEY, LIKENESSES, OVERRIDES, REPORTS, WISH, WORDS_TOPIC
from protocol.control import Configure
from protocol.language import served_by
from protocol.likeness import Likenesses, likenesses_attribute
from protocol.words import WordsBegin
from tests.browser.servers import API_KEY, API_SECRET, MediaServer
from worker import roster
from worker.chat import Chat
from worker.chat_translation import ChatMessage, ChatTranslation
from worker.control import ControlReader
from worker.hearing_choices import read_overrides
from worker.signing import CaptionKey
from worker.text_streams import RoomPost

RATE_HZ = 48_000
_FRAME = RATE_HZ // 10


def tone(hz: float, seconds: float) -> NDArray[np.int16]:
    """A steady tone at a third of full scale: shape (samples,), `RATE_HZ`."""
    at = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    return np.asarray(np.sin(2 * np.pi * hz * at) * 10_000, dtype=np.int16)


@dataclass(slots=True)
class _Channel:
    source: rtc.AudioSource
    sid: str
    lag_s: float = 0.0
    state: str = "open"


class ScriptedInterpreter:
    """One interpreter in one room; nothing happens in it unless a test or a listener's wish asks for it."""

    def __init__(self, room: rtc.Room, admin: api.LiveKitAPI, languages: tuple[str, ...]) -> None:
        self._room, self._admin, self._languages = room, admin, languages
        self._able = Abilities(languages, languages, languages)
        self._wish = 0
        self._channels: dict[str, _Channel] = {}
        self._granted: dict[str, set[str]] = {}
        self._revoked: dict[str, set[str]] = {}
        self._numbers = count(1)
        self._said_at_ms: dict[str, int] = {}
        self._key = CaptionKey()
        self._state = "listening"
        self._reports: tuple[dict[str, object], ...] = ()
        self._likenesses: Likenesses | None = None
        self._forbids_likeness = False
        self._wishes = asyncio.Event()
        for event in ("participant_connected", "participant_disconnected", "participant_attributes_changed"):
            room.on(event, lambda *_: self._wishes.set())

    def configure(self, wish: Configure) -> None:
        """Offers from now on what the organiser wants of what it can do."""
        able, wanted = self._able.read or (), wish.languages
        self._languages = tuple(code for code in able if wanted is None or served_by(code, wanted))
        self._wish = wish.version
        self._forbids_likeness = wish.forbids_likeness
        self._wishes.set()

    async def serve(self) -> None:
        """Follows the listeners' wishes, and the organiser's, until cancelled."""
        control = ControlReader(
            self._room,
            LiveKit(api_key=API_KEY, api_secret=SecretStr(API_SECRET)),
            version=0,
            configure=self.configure,
            dismiss=lambda: None,
            hand_over=lambda sealed: None,
            withdraw=lambda: None,
        )
        control.listen()
        self._wishes.set()
        while True:
            await self._wishes.wait()
            self._wishes.clear()
            for language in self._languages:
                if self._listeners(language) and language not in self._channels:
                    await self._open(language)
            await self._permit()
            await self.show()

    async def show(self) -> None:
        """Says in its attributes how things are."""
        channels = {
            language: {
                "track": f"translated-{language}",
                "sid": channel.sid,
                "listeners": len(self._listeners(language)),
                "lag_s": channel.lag_s,
                "state": channel.state,
            }
            for language, channel in self._channels.items()
        }
        await self._room.local_participant.set_attributes(
            {
                "lk.agent.state": self._state,
                "translator.role": "interpreter",
                "translator.languages": json.dumps(self._languages),
                ABILITIES: json.dumps(self._able.message()),
                WISH: str(self._wish),
                "translator.voices": json.dumps({code: [f"plain:{code}"] for code in self._languages[1:]}),
                "translator.capacity": json.dumps(
                    {"speakers": 1, "languages": [3], "given_up": ["one more is not heard"]}
                ),
                "translator.channels": json.dumps(channels),
                "translator.profile": "embedded",
                REPORTS: json.dumps(self._reports),
                LIKENESSES: likenesses_attribute(None if self._forbids_likeness else self._likenesses),
                KEY: self._key.public,
            }
        )

    async def report(self, *reports: dict[str, object]) -> None:
        """Says from now on that these things are missing, and nothing else."""
        self._reports = reports
        await self.show()

    async def liken(self, likenesses: Likenesses) -> None:
        """Can find voices that resemble somebody's, and says from now on who is spoken so."""
        self._able = replace(self._able, likened=self._languages)
        self._likenesses = likenesses
        await self.show()

    async def published(self, name: str, *, there: bool = True) -> None:
        """Returns once somebody publishes a track of that name, or nobody does any more.

        Raises:
            TimeoutError: that did not come within 20 s.
        """
        async with asyncio.timeout(20):
            while there != any(
                track.name == name
                for person in self._room.remote_participants.values()
                for track in person.track_publications.values()
            ):
                await asyncio.sleep(0.05)

    async def opened(self, *languages: str) -> None:
        """Returns once the channels are published.

        Raises:
            TimeoutError: nobody asked for them within 10 s.
        """
        async with asyncio.timeout(10):
            while not self._channels.keys() >= set(languages):
                await asyncio.sleep(0.05)

    async def met(self, identity: str) -> None:
        """Returns once it knows of somebody: the server announces who publishes nothing some seconds late.

        Raises:
            TimeoutError: it does not hear of them within 15 s.
        """
        async with asyncio.timeout(15):
            while identity not in self._room.remote_participants:
                await asyncio.sleep(0.05)

    async def measure(self, language: str, lag_s: float) -> None:
        self._channels[language].lag_s = lag_s
        await self.show()

    async def say(self, language: str, sound: NDArray[np.int16]) -> None:
        """Speaks on a channel and returns when the last of it has been heard."""
        source = self._channels[language].source
        self._state = "speaking"
        await self.show()
        for at in range(0, len(sound), _FRAME):
            piece = np.zeros(_FRAME, dtype=np.int16)
            piece[: len(sound) - at] = sound[at : at + _FRAME]
            await source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE_HZ, 1, _FRAME))
        await source.wait_for_playout()
        self._state = "listening"
        await self.show()

    async def begins(self, language: str, speaker: str) -> None:
        """Tells the channel's listeners whose words sound on it from now on."""
        await self._room.local_participant.publish_data(
            WordsBegin(language, speaker, 0).encode(),
            destination_identities=self._listeners(language),
            topic=WORDS_TOPIC,
        )

    async def wished(self, attribute: str, value: str) -> None:
        """Returns once somebody says this of themselves.

        Raises:
            TimeoutError: nobody did within 20 s.
        """
        async with asyncio.timeout(20):
            while all(
                person.attributes.get(attribute, "") != value
                for person in self._room.remote_participants.values()
            ):
                await asyncio.sleep(0.05)

    async def caption(
        self,
        speaker: str,
        text: str,
        *,
        language: str,
        segment: str = "",
        source_language: str = "en",
        final: bool = True,
        committed: int = 0,
        start_ms: int | None = None,
        end_ms: int | None = None,
        note: str = "",
    ) -> str:
        """Sends one revision to those who read the language; returns the segment, for the next revision of it.

        Args:
            start_ms: when it was said; None: so long after what was said before that it is a paragraph of its own.
            end_ms: None: it took a second.
        """
        segment = segment or f"{speaker}/{next(self._numbers)}-1"
        if start_ms is None:
            start_ms = self._said_at_ms.setdefault(segment, 5000 * len(self._said_at_ms))
        end_ms = start_ms + 1000 if end_ms is None else end_ms
        translated = language != source_language
        attributes = {
            "lk.segment_id": f"{segment}/{language}",
            "lk.transcription_final": "true" if final else "false",
            "language": language,
            "translator.segment": segment,
            "translator.source_language": source_language,
            "translator.committed": str(len(text) if final else committed),
            "translator.start_ms": str(start_ms),
            "translator.end_ms": str(end_ms),
        }
        attributes |= {"translated": "true"} if translated else {}
        attributes |= {"translator.note": note} if note else {}
        readers = [
            person.identity
            for person in self._room.remote_participants.values()
            if language in _reads(person) or (not translated and self._reads_originals(person))
        ]
        if readers:
            writer = await self._room.local_participant.stream_text(
                topic="lk.transcription",
                attributes=self._key.signed(speaker, text, attributes),
                destination_identities=readers,
                sender_identity=speaker,
            )
            await writer.write(text)
            await writer.aclose()
        return segment

    @asynccontextmanager
    async def translating_chat(self, translator: Translator) -> AsyncIterator[None]:
        """Has the worker's own parts answer commands and translate what people write, until the block ends."""
        post, tasks = RoomPost(self._room), Tasks()
        translation = ChatTranslation(
            post,
            self._key,
            translator=translator,
            settings=TranslationSettings(),
            terms=lambda: (),
            most_languages=6,
        )

        def written(message: ChatMessage) -> None:
            translation.look(
                roster.people(
                    self._room, offered=self._languages, room_language="auto", recognised=(), by_chat={}
                )
            )
            translation.take(message)

        chat = Chat(
            self._room,
            post,
            tasks,
            offered=lambda: self._languages,
            wish=lambda identity, attributes: None,
            written=written,
        )
        chat.listen()
        running = asyncio.create_task(translation.run())
        try:
            yield
        finally:
            chat.stop()
            running.cancel()
            await asyncio.wait([running])
            await tasks.close()

    def _reads_originals(self, person: rtc.RemoteParticipant) -> bool:
        """As they wish, or because what they wish for is not offered."""
        return any(
            code == "original" or (code != "off" and served_by(code, self._languages) is None)
            for code in _reads(person)
        )

    def _listeners(self, language: str) -> list[str]:
        return [
            person.identity
            for person in self._room.remote_participants.values()
            if person.attributes.get("translator.listen", "off") == language
            or language in dict(read_overrides(person.attributes.get(OVERRIDES, ""))).values()
        ]

    async def _open(self, language: str) -> None:
        source = rtc.AudioSource(RATE_HZ, 1, queue_size_ms=400)
        track = rtc.LocalAudioTrack.create_audio_track(f"translated-{language}", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_UNKNOWN, stream=f"channel-{language}")
        publication = await self._room.local_participant.publish_track(track, options)
        self._channels[language] = _Channel(source, publication.sid)

    async def _permit(self) -> None:
        """Lets each listener receive their own channel; see `docs/protocol.md`."""
        wanted: dict[str, set[str]] = {}
        for language, channel in self._channels.items():
            for identity in self._listeners(language):
                wanted.setdefault(identity, set()).add(channel.sid)
        self._room.local_participant.set_track_subscription_permissions(
            allow_all_participants=False,
            participant_permissions=[
                rtc.ParticipantTrackPermission(participant_identity=identity, allowed_track_sids=sorted(sids))
                for identity, sids in wanted.items()
            ],
        )
        present = set(self._room.remote_participants)
        for identity in (wanted.keys() | self._granted.keys()) & present:
            before, now = self._granted.get(identity, set()), wanted.get(identity, set())
            revoked = self._revoked.setdefault(identity, set())
            revoked |= before - now
            # What was revoked and is granted again starts at once only if the server is told so; a track
            # that is new must not be asked for there, as its sound may not have arrived yet.
            for sids, subscribe in ((before - now, False), ((now - before) & revoked, True)):
                if sids:
                    await self._admin.room.update_subscriptions(
                        api.UpdateSubscriptionsRequest(
                            room=self._room.name,
                            identity=identity,
                            track_sids=sorted(sids),
                            subscribe=subscribe,
                        )
                    )
        self._granted = {identity: sids for identity, sids in wanted.items() if identity in present}


def _reads(person: rtc.RemoteParticipant) -> list[str]:
    return [code.strip() for code in person.attributes.get("translator.captions", "off").split(",")]


@asynccontextmanager
async def interpreting(
    media: MediaServer, room_name: str, languages: tuple[str, ...] = ("es", "fr")
) -> AsyncIterator[ScriptedInterpreter]:
    """Sends a scripted interpreter into a room until the block ends."""
    token = (
        api.AccessToken(API_KEY, API_SECRET)
        .with_identity(f"agent-{room_name}")
        .with_kind("agent")
        .with_grants(
            api.VideoGrants(room_join=True, room=room_name, agent=True, can_update_own_metadata=True)
        )
        .to_jwt()
    )
    room = rtc.Room()
    admin = api.LiveKitAPI(media.url.replace("ws", "http", 1), API_KEY, API_SECRET)
    try:
        interpreter = ScriptedInterpreter(room, admin, languages)
        await room.connect(media.url, token, rtc.RoomOptions(auto_subscribe=False))
        await interpreter.show()
        serving = asyncio.create_task(interpreter.serve())
        try:
            yield interpreter
        finally:
            serving.cancel()
            await asyncio.wait([serving])
    finally:
        await room.disconnect()
        await admin.aclose()
