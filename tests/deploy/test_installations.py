"""The overlays of deploy/kubernetes, put together as kubectl does it: whole installations."""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

import pytest

from stack.parts import ROOT
from tests.deploy.manifests import (
    FOLDER,
    VERSION,
    Manifest,
    containers,
    kustomize,
    of_kind,
    pods,
    render,
    rendered,
    secret_maker,
)

OVERLAYS = ("one-node", "cpu-nodes", "gpu-nodes")
needs_kustomize = pytest.mark.skipif(
    kustomize() is None, reason="no kustomize and no kubectl with kustomize 5"
)


@needs_kustomize
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_installation_is_whole(overlay: str) -> None:
    """Whatever a pod refers to is there, or among the secrets that are made; every image has a version."""
    manifests = rendered(overlay)
    named = {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in manifests}
    named |= {
        ("Secret", one["metadata"]["namespace"], one["metadata"]["name"])
        for one in secret_maker().made("", "", "")
    }

    wanted = set()
    for one in manifests:
        if one["kind"] in ("Deployment", "Job"):
            wanted |= {
                (kind, one["metadata"]["namespace"], name)
                for kind, name in _references(one["spec"]["template"])
            }
            for container in containers(one["spec"]["template"]):
                assert re.fullmatch(r"[a-z0-9./-]+:v?\d+\.\d+\.\d+", container["image"])
    assert wanted
    assert wanted <= named


def _references(pod: Manifest) -> set[tuple[str, str]]:
    found = {("ServiceAccount", pod["spec"]["serviceAccountName"])}
    for volume in pod["spec"]["volumes"]:
        if claim := volume.get("persistentVolumeClaim"):
            found.add(("PersistentVolumeClaim", claim["claimName"]))
    for container in containers(pod):
        for source in container.get("envFrom", ()):
            found |= {(kind[0].upper() + kind[1:-3], one["name"]) for kind, one in source.items()}
        for variable in container.get("env", ()):
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                found.add(("Secret", reference["name"]))
    return found


@needs_kustomize
def test_the_example_of_the_document_is_an_installation(tmp_path: Path) -> None:
    """Names, registry, storage and gateway are another's; nothing of the placeholders is left where it counts."""
    [example] = re.findall(
        r"   # hive/kustomization.yaml\n(.*?)   ```", (ROOT / "docs" / "kubernetes.md").read_text(), re.DOTALL
    )
    base = Path(os.path.relpath(FOLDER, tmp_path.resolve()))
    text = textwrap.dedent(example).replace("../checkout/deploy/kubernetes", base.as_posix())
    (tmp_path / "kustomization.yaml").write_text(text)

    manifests = render(tmp_path)

    told = {
        one["metadata"]["name"].rpartition("-")[0]: one["data"]
        for one in manifests
        if one["kind"] == "ConfigMap"
    }
    assert told["settings"]["HIVE_LIVEKIT__PUBLIC_URL"] == "wss://rtc.you.org"
    assert told["settings-auth"]["HIVE_AUTH__PUBLIC_URL"] == "https://meet.you.org"
    assert told["settings-voice"]["HIVE_VOICE__TRUSTED_PROXIES"] == "10.42.0.0/16"
    [gateway] = of_kind("Gateway", manifests).values()
    assert [one.get("hostname") for one in gateway["spec"]["listeners"]] == [
        None, "meet.you.org", "voice.you.org", "rtc.you.org",
    ]  # fmt: skip
    claims = of_kind("PersistentVolumeClaim", manifests).values()
    assert {one["spec"]["storageClassName"] for one in claims} == {"nfs"}
    [mt] = pods(manifests)["mt"]["spec"]["containers"]
    assert mt["image"] == f"ghcr.io/you/hive/speech:{VERSION}"


@needs_kustomize
def test_recognition_and_speech_have_a_gpu_each() -> None:
    """On nodes that are there for it; nobody else takes one."""
    deployments = of_kind("Deployment", rendered("gpu-nodes"))

    taken = {}
    for name, one in deployments.items():
        [container] = one["spec"]["template"]["spec"]["containers"]
        taken[name] = container["resources"]["limits"].get("nvidia.com/gpu")
        if taken[name]:
            assert container["image"] == f"registry.example.org/hive/speech-gpu:{VERSION}"
            assert {"name": "HIVE_PROFILE", "value": "gpu"} in container["env"]
            assert one["spec"]["template"]["spec"]["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
            assert one["spec"]["template"]["spec"]["tolerations"][0]["key"] == "nvidia.com/gpu"
    assert {name for name, count in taken.items() if count == "1"} == {"stt", "tts"}


@needs_kustomize
@pytest.mark.parametrize(
    ("overlay", "kind"), [("gpu-nodes", "ScaledObject"), ("cpu-nodes", "HorizontalPodAutoscaler")]
)
def test_who_is_scaled_has_no_number_of_its_own(overlay: str, kind: str) -> None:
    """Else every apply would set it back; what never goes below is what stands without scaling."""
    scaled = of_kind(kind, rendered(overlay))
    deployments = of_kind("Deployment", rendered(overlay))

    assert set(scaled) == {"worker", "stt", "mt", "tts"}
    for name, one in scaled.items():
        least = one["spec"].get("minReplicas", one["spec"].get("minReplicaCount"))
        assert one["spec"]["scaleTargetRef"]["name"] == name
        assert "replicas" not in deployments[name]["spec"]
        assert least == of_kind("Deployment")[name]["spec"]["replicas"]


def test_copies_are_counted_by_figures_that_exist() -> None:
    """Every metric of a query is one that a worker or a speech service tells."""
    text = (FOLDER / "components" / "scaling" / "scaled.yaml").read_text()
    asked = {re.sub("_(sum|total)$", "", name) for name in re.findall(r"\bhive_\w+", text)}
    rooms = ("foundation", "worker", "speech_service")
    told = "".join(path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py"))

    assert len(asked) == 5
    assert {name for name in asked if f'"{name}"' not in told} == set()


@needs_kustomize
def test_browsers_come_in_over_tls_alone() -> None:
    """Plain HTTP is sent on; every other way has a certificate, HSTS and no limit for what lasts long."""
    manifests = rendered("gpu-nodes")
    [gateway] = of_kind("Gateway", manifests).values()
    routes = of_kind("HTTPRoute", manifests)

    listeners = {one["name"]: one for one in gateway["spec"]["listeners"]}
    assert {name for name, one in listeners.items() if one["protocol"] == "HTTP"} == {"plain"}
    assert routes.keys() == listeners.keys()
    [redirect] = routes.pop("plain")["spec"]["rules"][0]["filters"]
    assert redirect["requestRedirect"]["scheme"] == "https"
    for name, route in routes.items():
        assert listeners[name]["tls"]["certificateRefs"]
        [rule] = route["spec"]["rules"]
        [told] = rule["filters"][0]["responseHeaderModifier"]["set"]
        assert told == {"name": "Strict-Transport-Security", "value": "max-age=31536000"}
        assert rule["timeouts"] == {"request": "0s"}
    assert {
        name: (rule["backendRefs"][0]["name"], rule["backendRefs"][0]["port"])
        for name, route in routes.items()
        for rule in route["spec"]["rules"]
    } == {"meet": ("auth", 8004), "voice": ("voice", 8000), "rtc": ("livekit", 7880)}
