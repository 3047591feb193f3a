"""The real media server reads what containers tell it; it refuses a key that it does not know."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.deploy.manifests import pods
from tests.live.server import binary
from tests.stack.test_compose import compose

pytestmark = pytest.mark.live


def configurations() -> dict[str, str]:
    [container] = pods()["livekit"]["spec"]["containers"]
    here = next(one["value"] for one in container["env"] if one["name"] == "LIVEKIT_CONFIG")
    for name, value in [("NODE_IP", "192.0.2.7"), ("API_KEY", "key"), ("API_SECRET", "s" * 40)]:
        here = here.replace(f"$(HIVE_{name})", value)
    there = compose(LIVEKIT_API_SECRET="s" * 40)["services"]["livekit"]["environment"]["LIVEKIT_CONFIG"]
    return {"kubernetes": here, "compose": there}


def ports(configuration: str) -> str:
    """What the server says it would listen on; it starts nothing."""
    done = subprocess.run(
        [str(binary()), "ports"], env=os.environ | {"LIVEKIT_CONFIG": configuration},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.parametrize("where", ["kubernetes", "compose"])
def test_the_media_server_reads_its_configuration(where: str) -> None:
    """Signalling and media are on the ports that are published, and a slip would have been told."""
    said = ports(configurations()[where])

    assert re.findall(r"(\d+)\D* - (HTTP service|ICE/TCP|ICE/UDP)", said) == [
        ("7880", "HTTP service"), ("7881", "ICE/TCP"), ("7882", "ICE/UDP"),
    ]  # fmt: skip
    assert "could not parse config" in ports(configurations()[where] + "nonsense: 1\n")
