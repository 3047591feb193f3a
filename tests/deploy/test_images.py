"""What the images are made of: how large they become, and that the one for GPUs has libraries that fit together."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
from types import ModuleType
from typing import Any

import yaml

from stack.parts import ROOT

DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()


def measuring() -> ModuleType:
    path = str(ROOT / "docker" / "size")
    spec = importlib.util.spec_from_loader("size", importlib.machinery.SourceFileLoader("size", path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_image_stays_below_a_gigabyte_and_a_half() -> None:
    """Packages and sources here; what Debian and Python add was measured with docker/size."""
    size = measuring()
    others = 440_000_000

    packages, absent = size.installed(ROOT / "requirements.lock")

    assert absent == []
    assert packages + size.copied() + others < size.LIMIT_BYTES


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, re.MULTILINE))


def test_the_lock_for_gpus_differs_by_what_cuda_needs_alone() -> None:
    """One ONNX Runtime and not two, which would write over each other; all else the same versions."""
    usual, gpu = locked("requirements.lock"), locked("requirements-gpu.lock")
    own = {name: version for name, version in gpu.items() if name not in usual}

    assert set(usual) - set(gpu) == {"onnxruntime"}
    assert {name: version for name, version in gpu.items() if name in usual} == {
        name: version for name, version in usual.items() if name != "onnxruntime"
    }
    assert "onnxruntime-gpu" in own
    assert {name.rpartition("-")[2] for name in own if name.startswith("nvidia-")} == {"cu12"}
    libraries = {name.removeprefix("nvidia-").removesuffix("-cu12").replace("-", "_") for name in own}
    searched = re.findall(r"\$NVIDIA/(\w+)/lib", DOCKERFILE)
    assert sorted(searched) == sorted(libraries - {"onnxruntime_gpu"})


def test_compose_gives_engines_and_models_a_gpu() -> None:
    """Both take the image with CUDA's libraries, built from its own lock, and see the GPU that `.env` says."""
    services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.gpu.yml").read_text())["services"]

    assert set(services) == {"models", "speech"}
    for service in services.values():
        assert f"AS {service['build']['target']}\n" in DOCKERFILE
        assert (ROOT / service["build"]["args"]["LOCK"]).exists()
        [device] = service["deploy"]["resources"]["reservations"]["devices"]
        assert device == {"driver": "nvidia", "count": "all", "capabilities": ["gpu", "utility"]}
        assert service["environment"] == {"CUDA_VISIBLE_DEVICES": "${CUDA_VISIBLE_DEVICES:-0}"}
