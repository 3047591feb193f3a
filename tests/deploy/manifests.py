"""The manifests of deploy/kubernetes as they lie there, and as kustomize puts them together."""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import yaml

from stack.parts import ROOT

FOLDER: Final = ROOT / "deploy" / "kubernetes"
VERSION: Final[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
PODS: Final = ("auth", "livekit", "models", "mt", "stt", "tts", "voice", "worker")
Manifest = dict[str, Any]


@functools.cache
def plain() -> list[Manifest]:
    """All of base and livekit, with the namespace that kustomize gives them."""
    return [one for part in ("base", "livekit") for one in _of(FOLDER / part)]


def _of(folder: Path) -> Iterator[Manifest]:
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    for name in kustomization["resources"]:
        for manifest in yaml.safe_load_all((folder / name).read_text()):
            manifest["metadata"].setdefault("namespace", kustomization["namespace"])
            yield manifest


def of_kind(kind: str, manifests: list[Manifest] | None = None) -> dict[str, Manifest]:
    """By name; names of a kind are unique but for `nobody`."""
    return {
        one["metadata"]["name"]: one
        for one in (plain() if manifests is None else manifests)
        if one["kind"] == kind
    }


def pods(manifests: list[Manifest] | None = None) -> dict[str, Manifest]:
    """The pods of all Deployments and Jobs, by the name of these."""
    return {
        name: one["spec"]["template"]
        for kind in ("Deployment", "Job")
        for name, one in of_kind(kind, manifests).items()
    }


def containers(pod: Manifest) -> list[Manifest]:
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def variables(path: Path) -> dict[str, str]:
    """Of a file of settings."""
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def secret_maker() -> ModuleType:
    path = str(FOLDER / "make-secrets")
    spec = importlib.util.spec_from_loader(
        "make_secrets", importlib.machinery.SourceFileLoader("make_secrets", path)
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kustomize() -> list[str] | None:
    """The command that renders a directory: kustomize, or kubectl where it is new enough to know components."""
    if program := shutil.which("kustomize"):
        return [program, "build"]
    if program := shutil.which("kubectl"):
        said = subprocess.run(
            [program, "version", "--client"], capture_output=True, text=True, check=False, timeout=60
        )
        if "Kustomize Version: v5" in said.stdout:
            return [program, "kustomize"]
    return None


@functools.cache
def rendered(overlay: str) -> list[Manifest]:
    """What `kubectl apply -k` sends."""
    return render(FOLDER / "overlays" / overlay)


def render(folder: Path) -> list[Manifest]:
    """The same of any directory."""
    command = kustomize()
    assert command is not None
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))
