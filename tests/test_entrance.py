"""What a stranger reads first says the same as the code."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml

from config.engines import ENGINES, Engine
from scripts.figures import ROOT, arrows
from stack import catalogue

NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")


def models_by_licence() -> dict[str, set[str]]:
    """What NOTICE says under "Models"."""
    section = NOTICE.partition("Models\n======")[2].partition("PocketSphinx")[0]
    found: dict[str, set[str]] = {}
    licence = ""
    for line in section.replace("rhasspy/piper-voices", "").splitlines():
        if heading := re.match(r"  (\S+(?: \S+)?) {2,}", line):
            licence = heading[1]
        names = re.findall(
            r"\b(?:whisper|opus|piper)-[\w.-]*[\w]|\bkokoro(?:-int8)?\b(?!-)|\bvoice-encoder\b"
            r"|(?<=: )(?:watermark|chatterbox|xtts)$",
            line,
        )
        found.setdefault(licence, set()).update(names)
    return {licence: names for licence, names in found.items() if names}


def test_the_notice_names_the_licence_of_every_model() -> None:
    """Those that `hive models list` shows, and no other."""
    known: dict[str, set[str]] = {}
    for model in catalogue.listed():
        known.setdefault(model.licence, set()).add(model.name)

    assert models_by_licence() == known


@pytest.mark.parametrize("engine", [e for e in ENGINES if "GPL" in e.code_licence], ids=lambda e: e.name)
def test_the_notice_names_every_program_under_the_gpl(engine: Engine) -> None:
    """With its licence on the same line."""
    assert re.search(
        rf"^  {engine.name}.*{re.escape(engine.code_licence)}", NOTICE, re.MULTILINE | re.IGNORECASE
    )


def test_every_package_of_ours_is_typed() -> None:
    """So that mypy of whoever imports one believes its types."""
    assert {room for room in arrows() if not (ROOT / room / "py.typed").exists()} == set()


def test_contributing_names_files_that_exist() -> None:
    """A path that was moved is named anew."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    roots = (
        ROOT,
        ROOT / "pipeline" / "engines",
        ROOT / "pipeline" / "text",
        ROOT / "web" / "src",
        ROOT / "web/src/i18n",
    )
    named = set(re.findall(r"`([\w./]+\.(?:py|ts|md|toml))(?::\w+)?`", text)) | set(
        re.findall(r"`([\w/]+/)`", text)
    )
    templates = {path for path in named if "NAME" in path or "CODE" in path}

    assert {path for path in named - templates if not any((root / path).exists() for root in roots)} == set()
    assert len(named) > 20


def test_contributing_explains_fifteen_words() -> None:
    """In a table, each once."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (?!word )(\w+) \| [^|]{15,} \|$", text.partition("## Fifteen words")[2], re.MULTILINE
    )

    assert len(set(rows)) == len(rows) == 15


def test_the_workflow_does_what_ci_does() -> None:
    """One script says what is checked; the workflow only prepares a machine for it."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["all"]["steps"]

    assert shlex.split(steps[-1]["run"]) == [".ci/run"]
    assert not [
        step for step in steps[:-1] if re.search(r"pytest|mypy|ruff|make (test|lint)", step.get("run", ""))
    ]
