"""Mono sound through FFmpeg's filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.error import EOFError as FileEndedError
from av.filter import Graph
from numpy.typing import NDArray


def filtered(
    pcm: NDArray[Any], rate_hz: int, *filters: tuple[str, str], piece_s: float = 1.0
) -> Iterator[Any]:
    """The frames that sound becomes, each with what the filters note in its `metadata`. Blocking.

    Args:
        pcm: shape (samples,), 16-bit or 32-bit floats.
        filters: name and arguments of each, in order.
        piece_s: so much is given to them at once.
    """
    kind = "s16" if pcm.dtype == np.int16 else "flt"
    graph = Graph()
    source = graph.add_abuffer(sample_rate=rate_hz, format=kind, layout="mono")
    nodes = [source, *(graph.add(name, arguments) for name, arguments in filters), graph.add("abuffersink")]
    graph.link_nodes(*nodes).configure()
    piece = max(1, int(piece_s * rate_hz))
    for first in range(0, len(pcm), piece):
        frame = av.AudioFrame.from_ndarray(pcm[None, first : first + piece], format=kind, layout="mono")
        frame.sample_rate, frame.pts = rate_hz, first
        graph.push(frame)
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[Any]:
    while True:
        try:
            yield graph.pull()
        except (BlockingIOError, FileEndedError):
            return
