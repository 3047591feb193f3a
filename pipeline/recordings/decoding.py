"""Reads sound files. What can be read is used, and what cannot is told: one bad frame costs no recording."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

import av
import numpy as np
import soxr
from av.audio.frame import AudioFrame as DecodedFrame
from av.error import EOFError as FileEndedError
from av.error import FFmpegError
from av.packet import Packet

from pipeline.audio import AudioError, Pcm, pcm_from_floats
from pipeline.recordings.completeness import MATROSKA, MP4, FileEnding, ending, links, named_s
from pipeline.recordings.mixdown import Mixdown, Samples

_CONTAINERS: Final = "aac,ac3,aiff,amr,asf,au,avi,caf,flac,matroska,webm,mov,mp4,m4a,mp3,mpegts,ogg,w64,wav"
"""No playlists: those would make FFmpeg open what they name."""

_HEADS: Final = (b"RIFF", b"fLaC", b"OggS", b"ID3", b"\x1a\x45\xdf\xa3", b"FORM", b"caff")
"""With what files begin, for those that have something else before it."""

_RUBBISH_BYTES: Final = 2**16
"""A beginning is looked for so far into a file."""

_LOWEST_RATE_HZ, _HIGHEST_RATE_HZ = 1000, 800_000
_LOUDEST: Final = 1e6
"""Samples beyond are no sound; 32-bit floats that hold 16-bit numbers still are."""

_TRIES: Final = 8
"""So often in a row reading goes on behind a place that cannot be read."""

_GAP_S: Final = 0.05
"""A jump of the file's own time, behind a place that cannot be read, that counts as missing sound."""

_LOOSE_GAP_S: Final = 0.25
"""The same in what browsers record, whose time is not exact, where nothing else is wrong."""

_TOLERANCE_S: Final = 0.05
"""So much less sound than a file names is no fault of its."""

_SILENT_CODECS: Final = frozenset({"opus", "speex", "amr_nb", "amr_wb", "g729"})
"""These send nothing while nobody speaks, but a sign of life now and then."""

_LONGEST_SILENCE_S: Final = 0.5
"""Between two such signs (Opus: 0.4 s); a longer jump of time is missing sound."""

_FLAWS_TOLD: Final = 50

_UNKNOWN: Final = "the sound cannot be read: not a known kind of file, or broken"
_CUT_OFF: Final = "the sound cannot be read: the end of the file is missing"


class TooMuchSound(Exception):
    """The file is longer than asked for."""


class FlawKind(StrEnum):
    """What is wrong with a recording that could be read nevertheless."""

    DAMAGED = "damaged"
    """Something in it cannot be read."""
    INCOMPLETE = "incomplete"
    """It holds less sound than it says itself, or ends in the middle."""
    OPPOSITE_PHASE = "opposite_phase"
    """Its channels would have cancelled each other: some were turned round."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that a listener to a recording has to know."""

    kind: FlawKind
    message: str
    at_s: float
    """Where, in the sound that was read."""
    missing_s: float | None = None
    """How much sound is missing, where that is known."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file as mono sound, and what is wrong with it."""

    pcm: Pcm
    flaws: tuple[Flaw, ...] = ()


def decode(data: bytes, *, rate_hz: int, max_s: float) -> Recording:
    """Reads the first sound track of a file. Blocking.

    Places that are missing in the file's own time are filled with silence, so that positions stay right.

    Raises:
        AudioError: nothing in it can be read; says why.
        TooMuchSound: longer than `max_s`.
    """
    if not data:
        raise AudioError("no sound was sent: the file is empty")
    begins = links(data)
    if len(begins) == 1:
        return _decode_one(data, rate_hz, max_s)
    # FFmpeg is at a loss where the next one has another number of channels or another codec.
    return _decode_links(data, begins, rate_hz, max_s)


def _decode_links(data: bytes, begins: Sequence[int], rate_hz: int, max_s: float) -> Recording:
    """Files that were put one behind the other; those that cannot be read are flaws of the whole."""
    pieces: list[Pcm] = []
    flaws: list[Flaw] = []
    at_s = 0.0
    for begin, end in pairwise([*begins, len(data)]):
        try:
            link = _decode_one(data[begin:end], rate_hz, max_s - at_s)
        except AudioError as error:
            flaws.append(Flaw(FlawKind.DAMAGED, str(error), at_s))
            continue
        pieces.append(link.pcm)
        flaws += [replace(flaw, at_s=round(at_s + flaw.at_s, 2)) for flaw in link.flaws]
        at_s += len(link.pcm) / rate_hz
    if not pieces:
        raise AudioError(flaws[0].message)
    return Recording(np.concatenate(pieces), tuple(flaws[:_FLAWS_TOLD]))


def _decode_one(data: bytes, rate_hz: int, max_s: float) -> Recording:
    try:
        container, begin = _opened(data)
        with container:
            reader = _Reader(container, data[begin:], rate_hz, max_s)
            if begin:
                reader.tell(FlawKind.DAMAGED, "the file begins with something that is no sound")
            reader.read()
    except FileEndedError as error:
        raise AudioError("the sound cannot be read: the file ends before the first sound") from error
    except (FFmpegError, OverflowError) as error:
        cut = data[4:8] == b"ftyp" and ending(data, MP4) is FileEnding.CUT_OFF
        raise AudioError(_CUT_OFF if cut else _UNKNOWN) from error
    return reader.finished()


class _Reader:
    """Reads one file into mono sound at one rate.

    Raises:
        AudioError: there is no sound track, or one coded in a way that is not known.
    """

    def __init__(
        self, container: av.container.InputContainer, data: bytes, rate_hz: int, max_s: float
    ) -> None:
        self._container, self._rate_hz, self._max_s = container, rate_hz, max_s
        self._kind = container.format.name
        self._ending = ending(data, self._kind)
        if not container.streams.audio:
            cut = self._ending is FileEnding.CUT_OFF
            raise AudioError(_CUT_OFF if cut else "the file holds no sound")
        self._stream = container.streams.audio[0]
        if self._stream.codec_context is None:
            raise AudioError("the sound cannot be read: it is coded in a way that is not known")
        self._named_s = named_s(data, self._kind, self._length_s(), only_stream=len(container.streams) == 1)
        codec = self._stream.codec_context
        if codec.name == "flac":  # which otherwise gives out a damaged frame as noise
            codec.options = {"err_detect": "crccheck+explode"}
        self._silent = codec.codec.canonical_name in _SILENT_CODECS
        self._runs: list[_Run] = []
        self._flaws: list[Flaw] = []
        self._read_s = self._carried_s = 0.0
        """How much sound was read, and how much the packets say they carry; both with silence for gaps."""
        self._due_s: float | None = None
        """When the next frame begins in the file's own time."""
        self._failed = False

    def _length_s(self) -> float | None:
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    def read(self) -> None:
        """Reads all that can be read."""
        for packet in _packets(self._container, self._stream, self._unreadable):
            if self._take_in(packet.decode) and packet.duration and packet.time_base:
                self._carried_s += float(packet.duration * packet.time_base)
        self._take_in(lambda: self._stream.codec_context.decode(None))
        for run in self._runs[-1:]:
            run.close()

    def finished(self) -> Recording:
        """The recording, once everything has been read."""
        pieces = [pcm for run in self._runs for pcm in run.scaled()]
        if not any(map(len, pieces)):
            reason = "the sound in the file cannot be read" if self._flaws else "the file holds no sound"
            raise AudioError(_CUT_OFF if self._ending is FileEnding.CUT_OFF else reason)
        if any(run.turned for run in self._runs):
            message = "channels were in opposite phase and have been turned round"
            self.tell(FlawKind.OPPOSITE_PHASE, message, at_s=0.0)
        self._tell_what_is_missing()
        return Recording(np.concatenate(pieces), tuple(self._flaws))

    def _tell_what_is_missing(self) -> None:
        """By the length that the file names, else by how it ends."""
        # Only the length of an mp3 counts what encoders put before and behind the sound.
        there_s = self._carried_s if self._kind == "mp3" else self._read_s
        missing_s = (self._named_s or 0.0) - there_s
        if missing_s > _TOLERANCE_S:
            message = f"{missing_s:.2f} of the {self._named_s:.2f} s that the file names are missing"
            self.tell(FlawKind.INCOMPLETE, message, missing_s=round(missing_s, 2))
        elif self._ending is FileEnding.CUT_OFF:
            self.tell(FlawKind.INCOMPLETE, "the file breaks off: its end is missing")
        elif self._ending is FileEnding.BROKEN:
            self.tell(FlawKind.DAMAGED, "parts of the file cannot be read")

    def _take_in(self, decoded: Callable[[], list[Any]]) -> bool:
        """Takes the frames of one packet; whether it could be decoded."""
        try:
            for frame in decoded():
                self._take(frame)
        except FileEndedError:
            return True
        except (FFmpegError, ValueError):
            self._unreadable()
            return False
        return True

    def _take(self, frame: DecodedFrame) -> None:
        rate_hz = frame.sample_rate
        if not frame.samples:
            return
        sound = _floats(frame)
        if sound is None or not _LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ:
            self._unreadable()
            return
        self._fill_gap(frame)
        run = self._run_for(len(sound), rate_hz)
        length_s = frame.samples / rate_hz
        self._read_s += length_s
        if self._read_s > self._max_s:
            raise TooMuchSound
        run.feed(sound)
        began_s = self._due_s if frame.time is None else frame.time
        self._due_s = None if began_s is None else began_s + length_s

    def _run_for(self, channels: int, rate_hz: int) -> _Run:
        """The one that goes on, or another where the sound has changed its form."""
        if not self._runs or not self._runs[-1].fits(channels, rate_hz):
            for run in self._runs[-1:]:
                run.close()
            self._runs.append(_Run(channels, rate_hz, self._rate_hz))
        return self._runs[-1]

    def _fill_gap(self, frame: DecodedFrame) -> None:
        """Puts silence where the file's own time jumps ahead, unless the jump is beyond all reason."""
        gap_s = 0.0 if frame.time is None or self._due_s is None else frame.time - self._due_s
        least_s = _LOOSE_GAP_S if self._kind == MATROSKA and not self._failed else _GAP_S
        if least_s < gap_s < min(self._max_s, self._named_s or self._max_s) - self._read_s:
            self._tell_of_gap(gap_s)
            self._runs[-1].be_silent(gap_s)
            self._read_s += gap_s
            self._carried_s += gap_s
        self._failed = False

    def _tell_of_gap(self, gap_s: float) -> None:
        """Unless it is a silence that whoever made the file left out."""
        if self._failed or not self._silent or gap_s > _LONGEST_SILENCE_S:
            message = f"{gap_s:.1f} s cannot be read, or are missing in the file"
            self.tell(FlawKind.DAMAGED, message, missing_s=round(gap_s, 2))

    def _unreadable(self) -> None:
        """Notes a place that cannot be read; several in a row are one."""
        self._failed = True
        self.tell(FlawKind.DAMAGED, "something in the file cannot be read")

    def tell(
        self, kind: FlawKind, message: str, *, at_s: float | None = None, missing_s: float | None = None
    ) -> None:
        flaw = Flaw(kind, message, round(self._read_s if at_s is None else at_s, 2), missing_s)
        if self._flaws and _is_of_same_place(self._flaws[-1], flaw):
            self._flaws.pop()  # what is known by now is more exact
        if len(self._flaws) < _FLAWS_TOLD:
            self._flaws.append(flaw)


class _Run:
    """Sound with the same rate and number of channels: mixed, brought to the wanted rate, then scaled."""

    def __init__(self, channels: int, rate_hz: int, target_hz: int) -> None:
        self.channels, self.rate_hz = channels, rate_hz
        self._mixdown = Mixdown(channels, rate_hz)
        self._resampler = None if rate_hz == target_hz else soxr.ResampleStream(rate_hz, target_hz, 1)
        self._mixed: list[Samples] = []

    @property
    def turned(self) -> bool:
        """Whether channels were in opposite phase."""
        return self._mixdown.turned

    def fits(self, channels: int, rate_hz: int) -> bool:
        """Whether more sound of this form belongs to it."""
        return (channels, rate_hz) == (self.channels, self.rate_hz)

    def feed(self, sound: Samples) -> None:
        """Takes sound of shape (channels, samples)."""
        for block in self._mixdown.feed(sound):
            self._keep(block, last=False)

    def be_silent(self, seconds: float) -> None:
        """Adds silence, a second at a time: what is to be silent may be long, and its rate high."""
        for block in self._mixdown.finish():
            self._keep(block, last=False)
        left = round(seconds * self.rate_hz)
        while left > 0:
            self._keep(np.zeros(min(left, self.rate_hz), np.float32), last=False)
            left -= self.rate_hz

    def close(self) -> None:
        """No more sound comes."""
        for block in self._mixdown.finish():
            self._keep(block, last=False)
        self._keep(np.zeros(0, np.float32), last=True)
        self._resampler = None

    def scaled(self) -> Iterator[Pcm]:
        """What was kept, at its final loudness."""
        gain = np.float32(self._mixdown.gain)
        while self._mixed:  # given away one by one: both forms at once would take twice the memory
            yield pcm_from_floats(self._mixed.pop(0) * gain)

    def _keep(self, block: Samples, *, last: bool) -> None:
        self._mixed.append(block if self._resampler is None else self._resampler.resample_chunk(block, last))


def _opened(data: bytes) -> tuple[av.container.InputContainer, int]:
    """The file, and where in `data` it begins."""
    try:
        return _container(data), 0
    except FFmpegError:
        begin = _head(data)
        if not begin:
            raise
        return _container(data[begin:]), begin


def _container(data: bytes) -> av.container.InputContainer:
    return av.open(
        io.BytesIO(data),
        mode="r",
        options={"format_whitelist": _CONTAINERS},
        io_open=_refuse,
        metadata_errors="replace",  # titles in other encodings than UTF-8
    )


def _refuse(*_: Any) -> Any:
    """A sound file that names other files gets none of them."""
    raise AudioError("the file refers to other files")


def _head(data: bytes) -> int:
    """Where a file seems to begin behind something else; 0 if nowhere."""
    found = [at for head in _HEADS if (at := data.find(head, 1, _RUBBISH_BYTES)) > 0]
    return min(found, default=0)


def _packets(
    container: av.container.InputContainer, stream: av.AudioStream, unreadable: Callable[[], None]
) -> Iterator[Packet[av.AudioStream]]:
    """All packets of a stream, those behind a place that cannot be read included."""
    failures = 0
    while failures < _TRIES:
        try:
            for packet in container.demux(stream):
                failures = 0
                yield packet
        except FileEndedError:
            return
        except FFmpegError:
            failures += 1
            unreadable()
        else:
            return


def _floats(frame: DecodedFrame) -> Samples | None:
    """Samples of shape (channels, samples), full scale 1.0; None for what is no sound."""
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype.kind == "f":
        floats = values.astype(np.float32)
        return floats if bool((np.abs(floats) < _LOUDEST).all()) else None
    if values.dtype.kind == "u":
        return (values.astype(np.float32) - 128.0) / 128.0
    full_scale = float(2 ** (8 * values.dtype.itemsize - 1))
    return np.asarray(values / full_scale, np.float32)


def _is_of_same_place(before: Flaw, now: Flaw) -> bool:
    return before.kind is now.kind and before.missing_s is None and now.at_s - before.at_s < _GAP_S
