"""Channels' tracks and their permissions in a real room: the only place that publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Protocol

import aiohttp
import structlog
from livekit import api, rtc
from livekit.rtc.participant import PublishTrackError, UnpublishTrackError

from pipeline.audio import SPEAKING_RATE_HZ
from worker.permissions import Allowed, ServerRefused
from worker.sink import SOURCE_QUEUE_MS, Played, TrackSink, unheeded
from worker.text_streams import is_online

log = structlog.get_logger(__name__)

PUBLISH_LIMIT_S = 10.0
UNPUBLISH_ATTEMPTS = 5
UNPUBLISH_AGAIN_S = 1.0


class PublishFailed(Exception):
    """The track could not be published now; a later attempt may succeed."""


class ChannelTrack(Protocol):
    """A published track of one language."""

    sink: TrackSink

    @property
    def sid(self) -> str:
        """Changes when the room reconnects."""
        ...

    def mute(self, muted: bool) -> None: ...

    async def unpublish(self) -> None:
        """Takes the track away and gives back what it held. Never raises."""
        ...


class Publisher(Protocol):
    """Publishes the tracks of language channels."""

    @property
    def online(self) -> bool:
        """Whether the room is connected; while it reconnects nobody can be seen listening."""
        ...

    async def publish(self, name: str, played: Played = unheeded) -> ChannelTrack:
        """Args: played: told what is heard of it, and when. Raises PublishFailed."""
        ...


class RoomTrack:
    """A `ChannelTrack` in a LiveKit room."""

    def __init__(
        self,
        room: rtc.Room,
        source: rtc.AudioSource,
        track: rtc.LocalAudioTrack,
        publication: rtc.LocalTrackPublication,
        played: Played,
    ) -> None:
        self.sink = TrackSink(source, played=played)
        self._room, self._source, self._publication = room, source, publication
        self._track: rtc.LocalAudioTrack | None = track

    @property
    def sid(self) -> str:
        return self._publication.sid

    def mute(self, muted: bool) -> None:
        """Tells clients that the channel is muted."""
        if self._track is not None:
            if muted:
                self._track.mute()
            else:
                self._track.unmute()

    async def unpublish(self) -> None:
        """Drops track and source, whose threads live as long as both are referred to."""
        if self._track is None:
            return
        self._track = None
        self.sink.close()
        for _ in range(
            UNPUBLISH_ATTEMPTS
        ):  # while the room reconnects it fails; left alone, the track would be back
            if await self._try_unpublish():
                break
            await asyncio.sleep(UNPUBLISH_AGAIN_S)
        await self._source.aclose()

    async def _try_unpublish(self) -> bool:
        local = self._room.local_participant
        if not self._room.isconnected() or self.sid not in local.track_publications:
            return True
        try:
            async with asyncio.timeout(PUBLISH_LIMIT_S):
                await local.unpublish_track(self.sid)
        except (UnpublishTrackError, TimeoutError) as error:
            log.info("track was not unpublished", error=type(error).__name__)
            return False
        return True


def new_source() -> rtc.AudioSource:
    """What a channel's track takes its sound from. Its threads live until it is closed."""
    return rtc.AudioSource(SPEAKING_RATE_HZ, 1, queue_size_ms=SOURCE_QUEUE_MS)


class RoomPublisher:
    """A `Publisher` and a `PermissionServer` for one room.

    Args:
        service: None where there is no access to the room service; changes of permission are then slower.
        new_source: makes what a track takes its sound from.
    """

    def __init__(
        self,
        room: rtc.Room,
        service: api.LiveKitAPI | None,
        new_source: Callable[[], rtc.AudioSource] = new_source,
    ) -> None:
        self._room, self._service, self._new_source = room, service, new_source

    @property
    def online(self) -> bool:
        return is_online(self._room)

    async def publish(self, name: str, played: Played = unheeded) -> RoomTrack:
        """Publishes a track of the given name, which nobody may receive yet."""
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_UNKNOWN, stream=name)
        options.audio_encoding.max_bitrate = 32_000
        async with AsyncExitStack() as opened:  # whatever happens, cancellation too, no source is left behind
            source = self._new_source()
            opened.push_async_callback(source.aclose)
            track = rtc.LocalAudioTrack.create_audio_track(name, source)
            try:
                async with asyncio.timeout(PUBLISH_LIMIT_S):
                    publication = await self._room.local_participant.publish_track(track, options)
            except (PublishTrackError, TimeoutError) as error:
                raise PublishFailed(str(error) or f"no answer within {PUBLISH_LIMIT_S:g} s") from error
            opened.pop_all()
            return RoomTrack(self._room, source, track, publication, played)

    def permit(self, allowed: Allowed) -> None:
        """Replaces the list of who may receive what; everybody else receives nothing."""
        if not self._room.isconnected():
            return
        self._room.local_participant.set_track_subscription_permissions(
            allow_all_participants=False,
            participant_permissions=[
                rtc.ParticipantTrackPermission(
                    participant_identity=identity, allow_all=False, allowed_track_sids=sorted(sids)
                )
                for identity, sids in sorted(allowed.items())
            ],
        )

    async def subscribe(self, identity: str, sids: frozenset[str], subscribe: bool) -> None:
        """Asks the room service to begin or end somebody's subscriptions."""
        if self._service is None:
            return
        request = api.UpdateSubscriptionsRequest(
            room=self._room.name, identity=identity, track_sids=sorted(sids), subscribe=subscribe
        )
        try:
            await self._service.room.update_subscriptions(request)
        except (api.TwirpError, aiohttp.ClientError) as error:
            raise ServerRefused(str(error)) from error
