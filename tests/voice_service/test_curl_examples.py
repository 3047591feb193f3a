"""The examples of docs/api.md, as somebody pastes them into a shell, against the real service over real HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.engines.protocols import Voice
from stack.parts import ROOT
from tests.fakes.engines import ToneSynthesizer
from tests.voice_service.background import Background
from tests.voice_service.messaging import wav

PUBLIC = "# The public API of `voice_service`"
URL = "http://127.0.0.1:8000"
EXAMPLE = re.compile(r"^```sh\n(# (\d{3})(?:: ([^\n]+))?\n.*?)^```$", re.MULTILINE | re.DOTALL)

CURL = """#!/bin/bash
# What the examples call curl: the real one, at the service of the test; head and body are kept beside.
"$REAL_CURL" -D "$KEPT/$EXAMPLE.head" "${@//http:\\/\\/127.0.0.1:8000/$HIVE}" | tee "$KEPT/$EXAMPLE.body"
"""


class English(ToneSynthesizer):
    """With a voice of Kokoro's names."""

    def __init__(self) -> None:
        super().__init__({"es": 440.0, "en": 330.0})

    def voices(self, language: str) -> tuple[Voice, ...]:
        emma = (Voice("bf_emma", "en", "high"),) if language == "en" else ()
        return (*emma, *super().voices(language))


def examples() -> list[tuple[str, int, str]]:
    """Script, status and what is answered, of each."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    found = EXAMPLE.findall(text[text.index(PUBLIC) :])
    return [(script, int(status), answer) for script, status, answer in found]


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_every_shell_example_says_what_is_answered() -> None:
    """So none is left out of what is run here."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert len(examples()) == text.count("```sh\n") > 20


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """What all examples were answered, run one after the other in one shell."""
    programs, kept, home = (tmp_path / name for name in ("programs", "kept", "home"))
    for directory in (programs, kept, home):
        directory.mkdir()
    real = shutil.which("curl")
    assert real, "curl is not installed"
    program(programs / "curl", CURL)
    program(programs / "ffplay", "#!/bin/sh\ncat >/dev/null\n")  # it needs a loudspeaker
    (home / "message.wav").write_bytes(wav(2.0))
    script = "".join(f"export EXAMPLE={number}\n{text}\n" for number, (text, _, _) in enumerate(examples()))
    with Background(tmp_path, synthesizer=English()) as service:
        variables = {
            "PATH": f"{programs}:{os.environ['PATH']}", "REAL_CURL": real, "KEPT": str(kept), "HIVE": service.url,
            "KEY": service.headers["authorization"].removeprefix("Bearer "), "HOME": str(home),
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=home, env=variables, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (home / "speech.wav").read_bytes()[:4] == b"RIFF"
    assert (home / "beginning.ogg").read_bytes()[:4] == b"OggS"
    assert len((home / "beginning.ogg").read_bytes()) == 1000
    return kept


def test_the_examples_are_answered_as_they_say(kept: Path) -> None:
    """Each with its status, and exactly the fields that are named, or a file of that kind."""
    wrong = []
    for number, (script, status, answer) in enumerate(examples()):
        head = (kept / f"{number}.head").read_text().lower().splitlines()
        body = (kept / f"{number}.body").read_bytes()
        said = (int(head[0].split()[1]), _shape(head, body))
        wanted = answer if "/" in answer else " ".join(sorted(answer.split()))
        if said != (status, wanted):
            wrong.append((script, said))
    assert wrong == []


def _shape(head: list[str], body: bytes) -> str:
    """The fields of an object, or of what a list holds; else the kind of file."""
    if head[0].split()[1] == "204":
        return ""
    kind = next((line.partition(":")[2].strip() for line in head if line.startswith("content-type:")), "")
    if not body or not kind.endswith("json"):
        return kind
    tree = json.loads(body)
    return " ".join(sorted(tree[0] if isinstance(tree, list) else tree))
