"""Records a room while an organiser wants it: the sound of the floor and of each language, and all captions.

Everything is put on one clock that begins with the part; whatever was not heard is silence. It goes to disk second by
second, so that what a killed process leaves can be used.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import structlog

from config.settings import RecordingSettings
from foundation.supervision import kinds
from foundation.tasks import Tasks
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.text.glossary import Glossary
from protocol.recordings import MOST_FILES, ORIGINAL, EndReason
from worker.audio_input import OpenTrack
from worker.captions import Line, within_bounds
from worker.recording.floor import FloorMix, open_for_recording
from worker.recording.part_folder import PartFolder, new_part, total_bytes
from worker.recording.rerendering import Rerendering, Translate
from worker.recording.timeline import Timeline
from worker.subscriptions import Microphone

log = structlog.get_logger(__name__)

WRITE_EVERY_S: Final = 1.0
SETTLED_AFTER_S: Final = 1.5
"""Sound is written once it is so old: then all that belongs there has come."""

CATCH_UP_S: Final = 30.0
"""Of a language that begins late the silence before it is written in pieces, one with each writing."""

MOST_LINES: Final = 1000
"""Captions that wait to be written."""

END_LIMIT_S: Final = 8.0

T = TypeVar("T")


class RoomRecorder:
    """Makes one part at a time, of the recording that is wanted.

    Args:
        name_of: from an identity to what people are shown.
        changed: told when recording begins or ends.
        failed: told of what broke it off.
        translate: translates anew what the glossary has changed.
    """

    def __init__(
        self,
        room: str,
        settings: RecordingSettings,
        *,
        name_of: Callable[[str], str],
        changed: Callable[[], None],
        failed: Callable[[str, BaseException], None],
        translate: Translate,
        open_track: OpenTrack = open_for_recording,
    ) -> None:
        self._room, self._settings = room, settings
        self._name_of, self._changed, self._open_track = name_of, changed, open_track
        self._tasks = Tasks(failed)
        self._wanted = ""
        self._current: _PartInMaking | None = None
        self._work: asyncio.Task[None] | None = None
        self._rerendering = Rerendering(translate)
        self._over: set[str] = set()
        """Recordings that ended by themselves: they are not begun again."""
        self._open = False

    @property
    def running(self) -> bool:
        """Whether what is said is being recorded."""
        return self._current is not None

    def begin(self) -> None:
        """From now on what is wanted is made."""
        self._open = True
        self.want(self._wanted)

    def want(self, recording: str) -> None:
        """Begins a part of that recording, or ends the one that is being made where it is another or none."""
        self._wanted = recording
        if self._current is not None and self._current.recording != recording:
            self._current.stop()
        elif recording and self._current is None and recording not in self._over and self._open:
            self._current = _PartInMaking(self._room, recording, self._settings, self._name_of)
            self._current.listen(self._tasks, self._open_track)
            self._work = self._tasks.start(self._make(self._current), name="recording")

    def look(self, microphones: Mapping[str, Microphone]) -> None:
        """Records those microphones that are there now."""
        if self._current is not None:
            self._current.look(microphones)

    def sound(self, language: str, at_s: float, pcm: Pcm) -> None:
        """Takes what is heard of a language's channel from a moment on."""
        if self._current is not None:
            self._current.sound(language, at_s, pcm)

    def caption(self, line: Line) -> None:
        """Takes a caption that will not change any more; others are not for the record."""
        current = self._current
        if current is not None and line.caption.final and line.caption.text.strip() and current.has(line):
            written = current.caption(line)
            self._rerendering.note(current.recording, current.part, written)

    def correct(self, before: Glossary, now: Glossary) -> None:
        """The glossary has changed: what was recorded here is written anew where that makes a difference."""
        self._tasks.start(self._correct(before, now), name="correction of a recording")

    async def _correct(self, before: Glossary, now: Glossary) -> None:
        over: dict[tuple[str, str], list[dict[str, Any]]] = {}
        async for found in self._rerendering.changed(before, now):
            if self._current is not None and self._current.part == found.part:
                self._current.write(found.line)
            else:
                over.setdefault((found.recording, found.part), []).append(found.line)
        for (recording, part), lines in over.items():
            await asyncio.to_thread(self._write_corrections, recording, part, lines)

    def _write_corrections(self, recording: str, part: str, lines: list[dict[str, Any]]) -> None:
        """For a part that was sent already they are one of their own, which names the other. Raises OSError."""
        settings = self._settings
        folder = PartFolder(settings.directory, self._room, recording, time.time(), settings.bits_per_s)
        for line in lines:
            folder.line({**line, "part": part})
        folder.close(0.0, "stopped")

    async def finish(self) -> None:
        """Ends what is being made, and begins nothing more."""
        self._open = False
        if self._current is not None:
            self._current.stop()
        if self._work is not None:
            await asyncio.wait({self._work}, timeout=END_LIMIT_S)
        await self._tasks.close()

    async def _make(self, part: _PartInMaking) -> None:
        self._changed()
        try:
            end = await part.run()
        except Exception:
            self._over.add(part.recording)
            raise
        else:
            log.info("part of a recording ended", room=self._room, end=end)
            if end != "stopped":
                self._over.add(part.recording)
        finally:
            part.close()
            self._current = None
            self._changed()
            self.want(self._wanted)


class _PartInMaking:
    """From its beginning to its end; everything is counted from the former."""

    def __init__(
        self, room: str, recording: str, settings: RecordingSettings, name_of: Callable[[str], str]
    ) -> None:
        self.recording, self.part = recording, new_part()
        self._room, self._settings, self._name_of = room, settings, name_of
        self._now = asyncio.get_running_loop().time
        self._began_s, self._began_at = self._now(), time.time()
        self._sounds: dict[str, Timeline] = {ORIGINAL: Timeline(SPEAKING_RATE_HZ)}
        self._lines: deque[dict[str, Any]] = deque(maxlen=MOST_LINES)
        self._stopped = asyncio.Event()
        self._floor: FloorMix | None = None
        self._thread = ThreadPoolExecutor(1, "recording")

    def listen(self, tasks: Tasks, open_track: OpenTrack) -> None:
        """Lets the microphones be heard that `look` is told of."""
        self._floor = FloorMix(
            lambda at_s, pcm: self.sound(ORIGINAL, at_s, pcm), tasks, open_track=open_track
        )

    def look(self, microphones: Mapping[str, Microphone]) -> None:
        if self._floor is not None:
            self._floor.look(microphones)

    def sound(self, name: str, at_s: float, pcm: Pcm) -> None:
        if name not in self._sounds:
            if len(self._sounds) >= MOST_FILES - 1:
                return
            self._sounds[name] = Timeline(SPEAKING_RATE_HZ)
        self._sounds[name].add(at_s - self._began_s, pcm, now_s=self._length_s())

    def has(self, line: Line) -> bool:
        """Whether it was said while this was recorded; what was said before is nobody's to keep."""
        return line.caption.offset_at_s > self._began_s

    def caption(self, line: Line) -> dict[str, Any]:
        """Writes it; returns it as it is written."""
        caption = within_bounds(line.caption)
        written = {
            "segment": f"{line.take}.{caption.segment}",
            "speaker": caption.speaker,
            "name": self._name_of(caption.speaker),
            "language": caption.language,
            "source_language": caption.source_language,
            "start_s": round(max(0.0, caption.onset_at_s - self._began_s), 3),
            "end_s": round(max(0.0, caption.offset_at_s - self._began_s), 3),
            "text": caption.text.strip(),
            "note": caption.note,
            "doubt": caption.doubt,
        } | ({"likeness": True} if caption.likeness else {})
        self.write(written)
        return written

    def write(self, line: dict[str, Any]) -> None:
        """Puts a line into the transcript."""
        self._lines.append(line)

    def stop(self) -> None:
        """Lets `run` end with what was heard until now."""
        self._stopped.set()

    async def run(self) -> EndReason:
        """Writes until it is stopped, or as large as it may be. Raises OSError."""
        folder = await self._in_thread(self._new_folder)
        end: EndReason = "failed"
        try:
            while not self._stopped.is_set():
                try:
                    async with asyncio.timeout(WRITE_EVERY_S):
                        await self._stopped.wait()
                except TimeoutError:
                    pass
                await self._write(folder, self._length_s() - SETTLED_AFTER_S)
                if await self._in_thread(lambda: self._is_full(folder)):
                    end = "limit"
                    return end
            end = "stopped"
            return end
        finally:
            self._stopped.set()
            await asyncio.shield(self._end(folder, end))

    def close(self) -> None:
        """Frees the thread, and hears nobody any more."""
        if self._floor is not None:
            self._floor.close()
        self._thread.shutdown(wait=False)

    async def _write(self, folder: PartFolder, until_s: float) -> None:
        lines, self._lines = self._lines, deque(maxlen=MOST_LINES)
        taken = {name: sound.take(until_s, most_s=CATCH_UP_S) for name, sound in self._sounds.items()}

        def write() -> None:
            for line in lines:
                folder.line(line)
            for name, pcm in taken.items():
                if len(pcm):
                    folder.sound(name, pcm)

        await self._in_thread(write)

    async def _end(self, folder: PartFolder, end: EndReason) -> None:
        length_s = self._length_s()
        try:  # the second that has begun as a whole: the last words are in it
            while min(sound.taken_s for sound in self._sounds.values()) < length_s:
                await self._write(folder, length_s + 1.0)
        except OSError as error:
            log.warning("the end of a recording is missing", kinds=kinds(error))
        await self._in_thread(lambda: folder.close(length_s, end))

    # --- in the thread -----------------------------------------------------------------------------------

    def _new_folder(self) -> PartFolder:
        settings = self._settings
        settings.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if total_bytes(settings.directory) >= settings.max_total_bytes:
            raise OSError("recording.max_total_bytes is reached")
        return PartFolder(
            settings.directory,
            self._room,
            self.recording,
            self._began_at,
            settings.bits_per_s,
            self.part,
        )

    def _is_full(self, folder: PartFolder) -> bool:
        settings = self._settings
        return self._length_s() >= settings.max_hours * 3600 or folder.bytes() >= settings.max_bytes

    def _length_s(self) -> float:
        return self._now() - self._began_s

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
