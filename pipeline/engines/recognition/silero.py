"""Silero VAD v6 from the ONNX file that faster-whisper ships, frame by frame.

Source:
    github.com/snakers4/silero-vad: 512 new samples behind 64 old ones, an LSTM state that is carried on. What
    comes out equals faster-whisper's offline result (`faster_whisper.vad`), which runs a whole file at once.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import AudioError, Pcm
from pipeline.engines.onnx_options import session_options
from pipeline.engines.protocols import EngineError, EngineMissing

FRAME_SAMPLES: Final = 512
_CONTEXT_SAMPLES: Final = 64
_STATE_SHAPE: Final = (1, 1, 128)
_FILE: Final = "silero_vad_v6.onnx"


class SileroModel:
    """The network, shared by all speakers; `detector` hands out what keeps one speaker's state."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @classmethod
    def load(cls, path: Path | None = None) -> SileroModel:
        """Blocking, some 50 ms.

        Args:
            path: the ONNX file; None takes the one inside the installed faster-whisper.

        Raises:
            EngineMissing: onnxruntime or the file is not there.
            EngineError: the file cannot be used.
        """
        path = path or _shipped_file()
        if not path.is_file():
            raise EngineMissing(f"the voice activity model {path} is not there")
        session = _session(path)
        names = {put.name for put in session.get_inputs()}
        if names != {"input", "h", "c"}:
            raise EngineError(f"{path} is not Silero VAD v6: its inputs are {', '.join(sorted(names))}")
        return cls(session)

    def detector(self) -> SileroVad:
        """A detector for one more stream of sound."""
        return SileroVad(self._session)


class SileroVad:
    """One stream of sound. The session may be used by many of these and by several threads at once."""

    frame_samples = FRAME_SAMPLES

    def __init__(self, session: Any) -> None:
        self._session = session
        self._context: NDArray[np.float32]
        self._h: NDArray[np.float32]
        self._c: NDArray[np.float32]
        self.reset()

    def probability(self, pcm: Pcm) -> float:
        """How likely the frame is speech, 0…1. Some 0.3 ms.

        Raises:
            AudioError: `pcm` is not `frame_samples` of 16-bit mono.
        """
        if pcm.shape != (FRAME_SAMPLES,) or pcm.dtype != np.int16:
            raise AudioError(f"expected {FRAME_SAMPLES} 16-bit samples, got {pcm.dtype} {pcm.shape}")
        frame = pcm.astype(np.float32) / np.float32(32768)
        put = np.concatenate([self._context, frame])[np.newaxis]
        probability, self._h, self._c = self._session.run(None, {"input": put, "h": self._h, "c": self._c})
        self._context = frame[-_CONTEXT_SAMPLES:]
        return float(probability.reshape(-1)[0])

    def reset(self) -> None:
        """Forgets what was heard."""
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)


def _shipped_file() -> Path:
    found = importlib.util.find_spec("faster_whisper")  # found, not imported: that takes a second
    if found is None or found.origin is None:
        raise EngineMissing(
            "the voice activity model comes with faster-whisper; `pip install faster-whisper`"
        )
    return Path(found.origin).parent / "assets" / _FILE


def _session(path: Path) -> Any:
    """onnxruntime's, on one thread. Raises EngineMissing, EngineError."""
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineMissing(
            "voice activity detection needs onnxruntime; `pip install onnxruntime`"
        ) from error
    options = session_options(threads=1)
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            str(path), providers=["CPUExecutionProvider"], sess_options=options
        )
    except Exception as error:  # onnxruntime raises classes of its own that share no base
        raise EngineError(f"cannot load the voice activity model {path}: {error}") from error
