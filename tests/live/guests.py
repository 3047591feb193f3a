"""Real clients for the tests: they speak a tone, note which tones they hear, and what they are shown."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from livekit import api, rtc

from config.settings import LiveKit
from pipeline.audio import HEARING_RATE_HZ, Pcm
from worker.audio_input import open_track

RATE_HZ = 48_000
SPEAKER_HZ = 300.0
TONES_HZ = {"en": 1200.0, "es": 600.0, "fr": 900.0, "de": 1500.0}
"""What each language's channel sounds like. None is a multiple of the speaker's tone that Opus would confuse."""

LIMIT_S = 10.0


async def until(condition: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> float:
    """Waits until something holds; how long it took. Fails the test if it does not come to hold."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > limit_s:
            raise AssertionError(f"waited {limit_s:g} s in vain: {what}")
        await asyncio.sleep(0.01)
    return time.monotonic() - began


@dataclass(slots=True)
class Sound:
    """What came over one track: for each 50 ms frame when, how strong, and the strongest tone."""

    name: str
    publisher: str
    frames: list[tuple[float, float, float]] = field(default_factory=list)

    def add(self, pcm: Pcm) -> None:
        """Takes a frame at `HEARING_RATE_HZ`."""
        level = float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2)))
        spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)), 8 * len(pcm)))
        hertz = float(np.argmax(spectrum)) * HEARING_RATE_HZ / (8 * len(pcm))
        self.frames.append((time.monotonic(), level, hertz))

    def heard_s(self, tone: float) -> float:
        """How long a tone was heard."""
        return 0.05 * sum(level > 300 and abs(hertz - tone) < 25 for _, level, hertz in self.frames)

    def tones(self, since_s: float = 0.0) -> set[str]:
        """Languages whose tones were heard since a moment, for at least two frames."""
        found = [
            language
            for at_s, level, hertz in self.frames
            for language, tone in TONES_HZ.items()
            if at_s >= since_s and level > 300 and abs(hertz - tone) < 25
        ]
        return {language for language in found if found.count(language) >= 2}


@dataclass(frozen=True, slots=True)
class Seen:
    """A caption stream."""

    sender: str
    text: str
    attributes: Mapping[str, str]
    at_s: float

    @property
    def final(self) -> bool:
        return self.attributes["lk.transcription_final"] == "true"


class Guest:
    """One client; connects with `async with`; by default it subscribes to all that it is allowed to.

    With a key it encrypts what it sends end to end, and listens to others' microphones too. Who eavesdrops listens to
    everything that the server lets it have, without a key.
    """

    def __init__(
        self,
        identity: str,
        room: str,
        settings: LiveKit,
        *,
        kind: str = "standard",
        can_publish: bool = True,
        auto_subscribe: bool = True,
        key: str = "",
        eavesdrops: bool = False,
        **wishes: str,
    ) -> None:
        self.identity, self._room_name, self._settings = identity, room, settings
        self._kind, self._can_publish, self._auto_subscribe = kind, can_publish, auto_subscribe
        self._key, self._eavesdrops = key, eavesdrops
        self._wishes = {name.replace("_", "."): value for name, value in wishes.items()}
        self.room = rtc.Room()
        self.sounds: dict[str, Sound] = {}
        """By the SID of the track."""
        self.captions: list[Seen] = []
        self.legacy: list[tuple[str, str, bool]] = []
        self.events: list[dict[str, Any]] = []
        self.chat: list[tuple[str, str]] = []
        self.words: list[tuple[str, str]] = []
        """Of which language's channel they were told whose words sound on it."""
        self.wish_set_s = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._publication: rtc.LocalTrackPublication | None = None
        self._source: rtc.AudioSource | None = None
        self._speaking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Guest:
        await self.join()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def join(self) -> None:
        """Connects."""
        room = self.room = rtc.Room()
        room.on("track_subscribed", self._subscribed)
        room.on("transcription_received", self._legacy)
        room.on("data_received", self._on_packet)
        room.register_text_stream_handler("lk.transcription", self._on_caption)
        room.register_text_stream_handler("translator.events", self._on_event)
        room.register_text_stream_handler("lk.chat", self._on_chat)
        await room.connect(
            self._settings.url,
            self._token(),
            rtc.RoomOptions(
                auto_subscribe=self._auto_subscribe,
                single_peer_connection=True,
                encryption=self._encryption(),
            ),
        )

    def _token(self) -> str:
        return (
            api.AccessToken(self._settings.api_key, self._settings.api_secret.get_secret_value())
            .with_identity(self.identity)
            .with_kind(self._kind)  # type: ignore[arg-type]  # one of LiveKit's names
            .with_grants(
                api.VideoGrants(
                    room_join=True,
                    room=self._room_name,
                    can_publish=self._can_publish,
                    can_update_own_metadata=True,
                )
            )
            .with_attributes(self._wishes)
            .to_jwt()
        )

    def _encryption(self) -> rtc.E2EEOptions | None:
        if not self._key:
            return None
        # As LiveKit's page does it: else each frame of another key has sixteen further keys derived, for seconds.
        options = rtc.KeyProviderOptions(shared_key=self._key.encode(), ratchet_window_size=0)
        return rtc.E2EEOptions(key_provider_options=options)

    async def leave(self) -> None:
        """Disconnects; nothing of it is left."""
        if self._speaking is not None:
            await self.stop_microphone()
        await self.room.disconnect()  # first: until then tracks and streams may still begin
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LIMIT_S)

    # --- wishes ------------------------------------------------------------------------------------------

    async def wish(self, **wishes: str) -> None:
        """Sets attributes; dots are written as underscores."""
        self.wish_set_s = time.monotonic()
        await self.room.local_participant.set_attributes(
            {name.replace("_", "."): value for name, value in wishes.items()}
        )

    def _on_packet(self, packet: rtc.DataPacket) -> None:
        if packet.topic == "translator.words":
            notice = json.loads(packet.data)
            self.words.append((notice["language"], notice["speaker"]))

    async def say_in_chat(self, text: str) -> None:
        """Writes a chat message."""
        await self.room.local_participant.send_text(text, topic="lk.chat")

    def change_key(self, key: str) -> None:
        """Encrypts and deciphers with another key from now on."""
        provider = self.room.e2ee_manager.key_provider
        assert provider is not None
        provider.set_shared_key(key.encode(), 0)

    # --- speaking ----------------------------------------------------------------------------------------

    async def open_microphone(self, pattern: tuple[float, float] = (1.0, 0.5)) -> None:
        """Publishes a microphone that is loud for `pattern[0]` seconds, then silent for `pattern[1]`, and so on."""
        source = rtc.AudioSource(RATE_HZ, 1, queue_size_ms=100)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False)
        self._publication = await self.room.local_participant.publish_track(track, options)
        self._source = source
        self._speaking = asyncio.create_task(_speak(source, *pattern))

    async def stop_microphone(self) -> None:
        """Unpublishes it."""
        assert self._speaking is not None
        assert self._publication is not None
        assert self._source is not None
        self._speaking.cancel()
        await asyncio.wait({self._speaking})
        self._speaking = None
        if (
            self.room.isconnected()
            and self._publication.sid in self.room.local_participant.track_publications
        ):
            await self.room.local_participant.unpublish_track(self._publication.sid)
        await self._source.aclose()

    def mute(self, muted: bool) -> None:
        """Mutes or unmutes the microphone."""
        assert self._publication is not None
        track = self._publication.track
        assert isinstance(track, rtc.LocalAudioTrack)
        if muted:
            track.mute()
        else:
            track.unmute()

    # --- hearing and reading -----------------------------------------------------------------------------

    def hears(self, since_s: float = 0.0) -> set[str]:
        """Languages whose channels were heard since a moment, over whatever track."""
        return {tone for sound in self.sounds.values() for tone in sound.tones(since_s)}

    def channel_names(self) -> set[str]:
        """Names of the interpreter's tracks that are subscribed now."""
        return {
            publication.name
            for participant in self.room.remote_participants.values()
            for publication in participant.track_publications.values()
            if publication.subscribed and publication.name.startswith("translated-")
        }

    def interpreter(self) -> rtc.RemoteParticipant | None:
        """The interpreter, once it is there."""
        for participant in self.room.remote_participants.values():
            if participant.attributes.get("translator.role") == "interpreter":
                return participant
        return None

    def says(self, attribute: str) -> Any:
        """An attribute of the interpreter, JSON ones decoded; None while there is none."""
        agent = self.interpreter()
        value = agent.attributes.get(attribute) if agent is not None else None
        return json.loads(value) if value and value[0] in "[{" else value

    def finals(self, language: str, since_s: float = 0.0) -> list[Seen]:
        """Final captions in a language, history left out."""
        return [
            seen
            for seen in self.captions
            if seen.final
            and seen.attributes["language"] == language
            and "translator.history" not in seen.attributes
            and seen.at_s >= since_s
        ]

    def _subscribed(
        self,
        track: rtc.RemoteTrack,
        publication: rtc.RemoteTrackPublication,
        participant: rtc.RemoteParticipant,
    ) -> None:
        if publication.name.startswith("translated-") or self._key or self._eavesdrops:
            sound = self.sounds.setdefault(publication.sid, Sound(publication.name, participant.identity))
            self._own(_listen(track, sound))

    def _legacy(
        self, segments: list[rtc.TranscriptionSegment], participant: rtc.Participant | None, _: object
    ) -> None:
        speaker = participant.identity if participant is not None else ""
        self.legacy += [(speaker, segment.text, segment.final) for segment in segments]

    def _on_caption(self, reader: rtc.TextStreamReader, sender: str) -> None:
        async def take() -> None:
            text = await _read(reader)
            self.captions.append(Seen(sender, text, dict(reader.info.attributes or {}), time.monotonic()))

        self._own(take())

    def _on_event(self, reader: rtc.TextStreamReader, sender: str) -> None:
        async def take() -> None:
            self.events.append(json.loads(await _read(reader)))

        self._own(take())

    def _on_chat(self, reader: rtc.TextStreamReader, sender: str) -> None:
        async def take() -> None:
            self.chat.append((sender, await _read(reader)))

        self._own(take())

    def _own(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(
            error, rtc.StreamError
        ):  # those break when their sender leaves
            raise error


class Admitted(Guest):
    """One that connects with a token that it was given."""

    def __init__(self, livekit: LiveKit, token: str) -> None:
        super().__init__("", "", livekit)
        self._given = token

    def _token(self) -> str:
        return self._given

    async def join(self) -> None:
        await super().join()
        self.identity = self.room.local_participant.identity


async def _speak(source: rtc.AudioSource, loud_s: float, silent_s: float) -> None:
    piece = RATE_HZ // 10
    position = 0
    cycle = int((loud_s + silent_s) * RATE_HZ)
    while True:
        moments = (position + np.arange(piece)) % cycle
        tone = np.sin(2 * np.pi * SPEAKER_HZ * moments / RATE_HZ) * 8000 * (moments < loud_s * RATE_HZ)
        capture = source.capture_frame(rtc.AudioFrame(tone.astype(np.int16).tobytes(), RATE_HZ, 1, piece))
        await asyncio.shield(capture)
        position += piece


async def _listen(track: rtc.RemoteTrack, sound: Sound) -> None:
    async with open_track(track) as frames:
        async for pcm in frames:
            sound.add(pcm)


async def _read(reader: rtc.TextStreamReader) -> str:
    async with asyncio.timeout(LIMIT_S):
        return await reader.read_all()


def numbers(guest: Guest, kind: str) -> set[int]:
    """Of the clauses that a guest was told of in events of that kind."""
    return {event["number"] for event in guest.events if event["type"] == kind}
