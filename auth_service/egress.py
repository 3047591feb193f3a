"""Picture and sound of a room in one file, by LiveKit's egress service, where the media server has one.

The service writes the file itself, into a folder that it shares with us (`recording.egress_directory`). It joins as a
participant that is allowed no language's channel: what people say themselves is what it records.
"""

from __future__ import annotations

import re

import aiohttp
from livekit import api

from auth_service.errors import MediaServerError

_PATIENCE_S = 10.0
"""The media server answers once an egress worker has taken it."""


class Egress:
    """Asks the media server over its HTTP API. Every method raises MediaServerError."""

    def __init__(self, url: str, api_key: str, api_secret: str, directory: str) -> None:
        self._url = re.sub(r"^ws", "http", url).rstrip("/")
        self._key, self._secret, self._directory = api_key, api_secret, directory.rstrip("/")

    async def start(self, room: str, recording: str) -> str:
        """Begins to record into the folder of the recording; returns what it is stopped by."""
        output = api.EncodedFileOutput(
            file_type=api.EncodedFileType.MP4, filepath=f"{self._directory}/{recording}/picture.mp4"
        )
        request = api.RoomCompositeEgressRequest(room_name=room, layout="speaker", file_outputs=[output])
        async with self._asking() as livekit:
            try:
                return (await livekit.egress.start_room_composite_egress(request)).egress_id
            except api.TwirpError as error:
                raise MediaServerError(f"egress: {error.code}: {error.message}") from error
            except (aiohttp.ClientError, TimeoutError) as error:
                raise MediaServerError(f"egress: {type(error).__name__}") from error

    async def stop(self, egress: str) -> None:
        """One that has ended already is no error."""
        async with self._asking() as livekit:
            try:
                await livekit.egress.stop_egress(api.StopEgressRequest(egress_id=egress))
            except api.TwirpError as error:
                if error.code not in ("not_found", "failed_precondition"):
                    raise MediaServerError(f"egress: {error.code}: {error.message}") from error
            except (aiohttp.ClientError, TimeoutError) as error:
                raise MediaServerError(f"egress: {type(error).__name__}") from error

    def _asking(self) -> api.LiveKitAPI:
        timeout = aiohttp.ClientTimeout(total=_PATIENCE_S)
        return api.LiveKitAPI(self._url, self._key, self._secret, timeout=timeout)
