"""A helper that says what it is told, for tests: python -m tests.pipeline.engines.synthesis.echo_process [HOW]."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from pipeline.engines.processes.helper import Emit, HelperError, serve


class Echo:
    """Emits the text; "die", "hang", "fail", "raise" and "endless" do what they say, after "text" was emitted."""

    def __init__(self, how: str) -> None:
        if how == "unusable":
            raise HelperError("the echo is not installed")
        if how == "ends":
            sys.exit(3)
        print("libraries may print")

    def ready(self) -> dict[str, Any]:
        return {"hello": "echo"}

    def speak(self, job: dict[str, Any], emit: Emit) -> None:
        if job.get("text"):
            emit(job["text"].encode())
        match job.get("do"):
            case "die":
                os._exit(1)
            case "hang":
                time.sleep(60)
            case "fail":
                raise HelperError("cannot say that")
            case "raise":
                raise ValueError(job["text"])
            case "endless":
                while emit(b"x" * 1000):
                    time.sleep(0.001)


if __name__ == "__main__":
    serve(lambda: Echo(sys.argv[1] if len(sys.argv) > 1 else ""))
