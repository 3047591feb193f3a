"""How ONNX Runtime runs what hears and speaks here: speech has another length each time."""

from __future__ import annotations

from typing import Any


def session_options(threads: int) -> Any:
    """`onnxruntime.SessionOptions` for inputs whose shapes seldom come twice. Raises ImportError.

    A memory pattern is planned, and kept for good, for every combination of input shapes that was ever seen: a third of
    a MiB for each sentence that Kokoro speaks. Without them it speaks as fast.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.enable_mem_pattern = False
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others need the cores
    return options
