"""deploy/kubernetes as a set of promises: what each pod has, may do and is asked, and that its settings exist."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from config.exposure import refuse_published
from config.reading import load
from config.settings import Settings
from stack import catalogue
from tests.deploy.manifests import (
    FOLDER,
    PODS,
    VERSION,
    Manifest,
    containers,
    kustomize,
    of_kind,
    pods,
    secret_maker,
    variables,
)
from tests.stack.test_compose import compose
from worker.host import DRAIN_LIMIT_S, STOP_LIMIT_S

needs_kustomize = pytest.mark.skipif(
    kustomize() is None, reason="no kustomize and no kubectl with kustomize 5"
)


@pytest.mark.parametrize("name", PODS)
def test_no_pod_has_more_than_it_needs(name: str) -> None:
    """As `restricted` of the pod security standards has it, and bounds for all that it may use up."""
    pod = pods()[name]

    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["serviceAccountName"] != "default"
    security = pod["spec"]["securityContext"]
    assert (security["runAsNonRoot"], security["runAsUser"], security["runAsGroup"]) == (True, 10001, 10001)
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod["spec"])
    for container in containers(pod):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        for bound in ("requests", "limits"):
            assert set(container["resources"][bound]) == {"cpu", "memory", "ephemeral-storage"}
    for volume in pod["spec"]["volumes"]:
        assert "persistentVolumeClaim" in volume or "sizeLimit" in volume["emptyDir"]


def test_the_engines_ask_for_what_was_promised() -> None:
    """Three copies of each; memory and cores, from what is asked for to what is allowed."""
    deployments = of_kind("Deployment")

    asked = {}
    for name in ("stt", "mt", "tts"):
        [container] = deployments[name]["spec"]["template"]["spec"]["containers"]
        bounds = [container["resources"][bound] for bound in ("requests", "limits")]
        asked[name] = (
            deployments[name]["spec"]["replicas"],
            *[bound["cpu"] for bound in bounds],
            *[bound["memory"] for bound in bounds],
        )
    assert asked == {
        "stt": (3, "1", "2", "2Gi", "4Gi"),
        "mt": (3, "500m", "1", "1Gi", "2Gi"),
        "tts": (3, "1", "2", "3Gi", "6Gi"),
    }


def test_images_are_those_of_this_version() -> None:
    """Ours as pyproject.toml has it, the media server as in docker-compose.yml."""
    kustomizations = [FOLDER / "base", FOLDER / "livekit", FOLDER / "components" / "gpu"]
    images = {
        image["name"]: f"{image['newName']}:{image['newTag']}"
        for folder in kustomizations
        for image in yaml.safe_load((folder / "kustomization.yaml").read_text())["images"]
    }

    assert images == {
        "livekit": compose()["services"]["livekit"]["image"].partition("@")[0],
        **{
            name: f"registry.example.org/hive/{name}:{VERSION}"
            for name in ("speech", "worker", "auth", "voice", "speech-gpu")
        },
    }
    assert {c["image"] for pod in pods().values() for c in containers(pod)} == set(images) - {"speech-gpu"}


def environment(pod: Manifest) -> dict[str, str]:
    """What the pod's first container is told, with secrets that were made just now."""
    sources = {
        "settings": variables(FOLDER / "base" / "settings.env"),
        "settings-auth": variables(FOLDER / "base" / "auth.env"),
        "settings-voice": variables(FOLDER / "base" / "voice.env"),
    }
    secrets = {
        one["metadata"]["name"]: one["stringData"]
        for one in secret_maker().made("postgresql://hive:secret@db/hive", "redis:6379", "onlyforthistest")
        if one["metadata"]["namespace"] == "hive"
    }
    told: dict[str, str] = {}
    [container] = pod["spec"]["containers"]
    for source in container["envFrom"]:
        told |= sources[source["configMapRef"]["name"]] if "configMapRef" in source else {}
        told |= secrets[source["secretRef"]["name"]] if "secretRef" in source else {}
    return told | {one["name"]: one["value"] for one in container.get("env", ())}


@pytest.mark.parametrize("name", [name for name in PODS if name != "livekit"])
def test_settings_are_ones_that_hive_knows(name: str) -> None:
    """Each pod starts with what it is told, secrets included, and no built-in key is left where it counts."""
    told = environment(pods()[name])
    settings = load(environment={"HIVE_CONFIG": os.devnull} | told)

    assert not settings.development
    assert set(told) >= {"HIVE_LIVEKIT__URL", "HIVE_SERVICES__STT_URL"}
    for section, key in [
        ("livekit", "HIVE_LIVEKIT__API_SECRET"),
        ("auth", "HIVE_AUTH__SECRET"),
        ("voice", "HIVE_VOICE__SECRET"),
    ]:
        if key in told:
            refuse_published(key, told[key], settings)
        assert (key in told) == (section in SECRETS_OF[name])
    assert ("HIVE_SERVICES__TOKEN" in told) == ("services" in SECRETS_OF[name])


SECRETS_OF = {
    "models": set(),
    "stt": {"services"},
    "mt": {"services"},
    "tts": {"services"},
    "worker": {"livekit", "services"},
    "auth": {"livekit", "auth"},
    "voice": {"services", "voice"},
}


def test_ports_are_those_of_the_services() -> None:
    """What a pod listens on, what its Service passes on and what others are told is one port."""
    settings = Settings()
    told = load(environment={"HIVE_CONFIG": os.devnull} | environment(pods()["worker"])).services
    expected = {
        "stt": _port(settings.services.stt_url),
        "mt": _port(settings.services.mt_url),
        "tts": _port(settings.services.tts_url),
        "auth": settings.auth.port,
        "voice": settings.voice.port,
        "livekit": _port(settings.livekit.url),
    }

    assert {name: one["spec"]["ports"][0]["port"] for name, one in of_kind("Service").items()} == expected
    listening = {
        name: pod["spec"]["containers"][0]["ports"][0]["containerPort"]
        for name, pod in pods().items()
        if name != "models"
    }
    assert listening == expected | {"worker": settings.services.worker_health_port}
    assert [_port(url) for url in (told.stt_url, told.mt_url, told.tts_url, told.auth_url)] == [
        expected[name] for name in ("stt", "mt", "tts", "auth")
    ]
    assert {name for name, one in of_kind("Service").items() if one["spec"].get("clusterIP") == "None"} == {
        "stt",
        "mt",
        "tts",
    }


def _port(url: Any) -> int | None:
    return urlsplit(str(url)).port


def test_whoever_runs_is_looked_at_and_may_be_moved_one_at_a_time() -> None:
    """Started, alive and ready are three questions; disruptions and updates take one pod at a time."""
    asked = {}
    for name, one in of_kind("Deployment").items():
        [container] = one["spec"]["template"]["spec"]["containers"]
        asked[name] = tuple(
            container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "liveness", "readiness")
        )
        assert one["spec"]["selector"]["matchLabels"] == {"app.kubernetes.io/name": name}
        assert of_kind("PodDisruptionBudget")[name]["spec"] == {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
        }
    assert asked == {
        "stt": ("/health", "/health", "/health"),
        "mt": ("/health", "/health", "/health"),
        "tts": ("/health", "/health", "/health"),
        "worker": ("/worker", "/worker", "/"),
        "auth": ("/", "/", "/health"),
        "voice": ("/openapi.json", "/openapi.json", "/health"),
        "livekit": ("/", "/", "/"),
    }
    graces = {
        name: one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        for name, one in of_kind("Deployment").items()
    }
    assert graces["worker"] > DRAIN_LIMIT_S + STOP_LIMIT_S
    assert min(graces.values()) >= 60


def test_the_media_server_is_configured_as_in_compose() -> None:
    """But for its address, its relays and the name of the token service."""
    [container] = pods()["livekit"]["spec"]["containers"]
    here = yaml.safe_load(next(one["value"] for one in container["env"] if one["name"] == "LIVEKIT_CONFIG"))
    there = yaml.safe_load(compose()["services"]["livekit"]["environment"]["LIVEKIT_CONFIG"])

    assert here["keys"] == {"$(HIVE_API_KEY)": "$(HIVE_API_SECRET)"}
    assert here["webhook"] == {
        "api_key": "$(HIVE_API_KEY)",
        "urls": ["http://auth.hive:8004/api/v1/webhook"],
    }
    assert here["rtc"].pop("node_ip") == "$(HIVE_NODE_IP)"
    assert here["rtc"].pop("stun_servers") == ["$(HIVE_NODE_IP):3478"]
    for key in ("node_ip", "stun_servers", "turn_servers"):
        there["rtc"].pop(key)
    for key in ("keys", "webhook"):
        here.pop(key)
        there.pop(key)
    assert here == there
    ports = {(one["containerPort"], one.get("hostPort")) for one in container["ports"]}
    assert ports == {(7880, None), (7881, 7881), (7882, 7882), (6789, None)}


def test_secrets_are_made_anew_each_time_and_long() -> None:
    """The command prints what the API takes; two runs have no key in common."""

    def run() -> list[Manifest]:
        done = subprocess.run(
            [str(FOLDER / "make-secrets")], capture_output=True, text=True, check=True, timeout=60
        )
        items: list[Manifest] = json.loads(done.stdout)["items"]
        return items

    first, second = run(), run()
    keys = [key for item in first for key in item["stringData"] if "SECRET" in key or "TOKEN" in key]
    assert len(keys) == 6
    for one, other in zip(first, second, strict=True):
        for key in {*keys, "HIVE_AUTH__OPERATOR_KEY"} & set(one["stringData"]):
            assert len(one["stringData"][key]) >= 32
            assert one["stringData"][key] != other["stringData"][key]


def test_models_for_gpus_are_ones_that_are_known() -> None:
    """The set-up for GPUs names what `--usual` would take on such a machine."""
    text = (FOLDER / "components" / "gpu" / "models.yaml").read_text()
    [names] = re.findall(r"models fetch ([a-z][\w .-]*?) &&", text.replace("--usual", ""))
    assert [catalogue.find(name).name for name in names.split()] == ["whisper-large-v3-turbo", "kokoro"]
