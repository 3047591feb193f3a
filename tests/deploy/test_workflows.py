"""The workflows as somebody sees them who would like to slip something in."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from stack.parts import ROOT

FOLDER = ROOT / ".github" / "workflows"
JOBS = [
    pytest.param(path.name, name, id=f"{path.stem}-{name}")
    for path in sorted(FOLDER.glob("*.yml"))
    for name in yaml.safe_load(path.read_text())["jobs"]
]
MAY_WRITE = {
    ("release.yml", "images"): {"packages", "id-token"},
    ("release.yml", "release"): {"contents", "id-token"},
}


def workflow(name: str) -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())
    return whole


@pytest.mark.parametrize(("file", "name"), JOBS)
def test_a_job_may_do_what_it_is_there_for_and_ends(file: str, name: str) -> None:
    """Rights are given job by job, to write where something is handed out alone; each has a limit of time."""
    job = workflow(file)["jobs"][name]

    assert workflow(file)["permissions"] == {}
    writes = {right for right, how in job["permissions"].items() if how == "write"}
    assert writes == MAY_WRITE.get((file, name), set())
    assert set(job["permissions"]) <= writes | {"contents"}
    assert "uses" in job or 0 < job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_actions_are_named_by_a_commit_and_scripts_are_there(path: Any) -> None:
    """A tag means whatever its owner says today; one action has one commit everywhere."""
    text = path.read_text()
    used = re.findall(r"uses: ([^.\s]\S*)(.*)$", text, re.MULTILINE)

    assert used
    for action, note in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", note)
    for script in re.findall(r"\bscripts/[\w.]+", text):
        assert (ROOT / script).exists()
    assert "pull_request_target" not in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_a_release_hands_out_what_was_tested() -> None:
    """Nothing is pushed before CI has passed, and the tag agrees with the version before anything is begun."""
    jobs = workflow("release.yml")["jobs"]

    def before(name: str) -> set[str]:
        needed = jobs[name].get("needs", [])
        direct = {needed} if isinstance(needed, str) else set(needed)
        return direct.union(*(before(one) for one in direct))

    assert before("images") == {"ci", "agreed"}
    assert before("release") == {"images", "files", "ci", "agreed"}
    assert "docker buildx build" not in (FOLDER / "release.yml").read_text()
    images = workflow("ci.yml")["jobs"]["images"]["strategy"]["matrix"]
    built = {*images["image"], *(one["image"] for one in images["include"])}
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()
    assert built == set(re.findall(r"AS (speech|worker|auth|voice|speech-gpu)$", dockerfile, re.MULTILINE))
