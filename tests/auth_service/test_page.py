from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from auth_service.http.app import create_app
from auth_service.wiring import Container
from tests.auth_service.conftest import Api, refusal, with_auth


@pytest.fixture
def dist(services: Container) -> Path:
    directory = services.settings.auth.web_directory
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text("<title>HIVE</title>")
    (directory / "assets" / "app-1.js").write_text("1")
    (directory / "logo.svg").write_text("<svg/>")
    (directory.parent / "secret.txt").write_text("secret")
    return directory


@pytest.mark.parametrize(
    ("path", "status", "body", "caching"),
    [
        ("/", 200, "<title>HIVE</title>", "no-cache"),
        ("/join", 200, "<title>HIVE</title>", "no-cache"),
        ("/captions/board?background=transparent", 200, "<title>HIVE</title>", "no-cache"),
        ("/assets/app-1.js", 200, "1", "public, max-age=31536000, immutable"),
        ("/logo.svg", 200, "<svg/>", "no-cache"),
        ("/assets/gone.js", 404, None, "no-store"),
        ("/gone.png", 404, None, "no-store"),
        ("/api/v1/gone", 404, None, "no-store"),
        ("/..%2fsecret.txt", 404, None, "no-store"),
        ("/%2e%2e/secret.txt", 404, None, "no-store"),
    ],
)
async def test_paths_lead_to_files_or_to_the_app(
    api: Api, dist: Path, path: str, status: int, body: str | None, caching: str
) -> None:
    """Files are served, paths of the app get its page, missing files and calls are missing, nothing else is shown."""
    answer = await api.client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, caching)
    if body is None:
        assert refusal(answer) == (404, "not_found")
    else:
        assert answer.text == body


async def test_every_answer_carries_the_security_headers(api: Api, dist: Path, services: Container) -> None:
    """Page, call and refusal alike: only our own scripts, connections to us and the media server, no frame."""
    for path in ("/", "/api/v1/config", "/api/v1/gone", "/health"):
        headers = (await api.client.get(path)).headers
        assert headers["content-security-policy"] == (
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
            "img-src 'self' data: blob:; font-src 'self'; "
            "media-src 'self' blob: mediastream:; worker-src 'self' blob:; "
            "connect-src 'self' ws://127.0.0.1:7880 http://127.0.0.1:7880; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("no-referrer", "nosniff")
        assert headers["strict-transport-security"] == "max-age=31536000"


async def test_without_a_built_app_the_calls_still_work(api: Api) -> None:
    """A missing web app is a missing page, not a fault."""
    assert refusal(await api.client.get("/")) == (404, "not_found")
    assert (await api.client.get("/api/v1/config")).json() == {
        "open_rooms": True,
        "version": "0.1.0",
        "livekit_url": "ws://127.0.0.1:7880",
        "privacy_url": None,
        "offer": {"recognised": None, "read": None, "heard": None, "likened": None},
        "interpreter": {"available": False, "trial": False},
    }


async def test_other_origins_are_admitted_by_setting_only(services: Container) -> None:
    """A browser on another origin may call where the operator named it, and nowhere else."""
    asked = {"origin": "https://app.example", "access-control-request-method": "POST"}
    allowed = {}
    for origins in ((), ("https://app.example",)):
        app = create_app(with_auth(services, cors_origins=origins))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="https://meet.example"
        ) as client:
            answer = await client.options("/api/v1/join", headers=asked)
        allowed[origins] = answer.headers.get("access-control-allow-origin")
    assert allowed == {(): None, ("https://app.example",): "https://app.example"}


async def test_the_page_can_be_installed(api: Api, dist: Path) -> None:
    """The page names a manifest that is served as one; its icons are there, and as large as it says."""
    public = Path(__file__).parents[2] / "web" / "public"
    for file in public.iterdir():
        (dist / file.name).write_bytes(file.read_bytes())
    assert (
        '<link rel="manifest" href="/manifest.webmanifest" />' in (public.parent / "index.html").read_text()
    )

    answer = await api.client.get("/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    pictures = [icon for icon in answer.json()["icons"] if icon["type"] == "image/png"]
    assert {icon["sizes"] for icon in pictures} == {"192x192", "512x512"}
    for icon in pictures:
        png = (await api.client.get(icon["src"])).content
        assert f"{int.from_bytes(png[16:20], 'big')}x{int.from_bytes(png[20:24], 'big')}" == icon["sizes"]
