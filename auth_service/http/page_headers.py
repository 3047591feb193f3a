"""What browsers are told about the meeting page."""

from __future__ import annotations

from urllib.parse import urlsplit

from config.settings import Settings
from foundation.http.page import PAGE_POLICY, security_headers

_ALLOWED = (
    "microphone",
    "camera",
    "display-capture",
    "speaker-selection",
    "autoplay",
    "screen-wake-lock",
    "fullscreen",
)


def meeting_headers(settings: Settings) -> dict[str, str]:
    """Scripts and media from here alone, connections to the media server besides.

    Sites that `auth.frame_ancestors` names may embed the page.
    """
    livekit = settings.livekit.public_url or settings.livekit.url
    services = urlsplit(livekit)
    secure = services.scheme in ("wss", "https")
    connect = (
        f"{'wss' if secure else 'ws'}://{services.netloc}",
        f"{'https' if secure else 'http'}://{services.netloc}",
    )
    policy = {
        **PAGE_POLICY,
        # WebAssembly alone: the noise filter of the page is one. Code from text stays forbidden.
        "script-src": ("'self'", "'wasm-unsafe-eval'"),
        "media-src": ("'self'", "blob:", "mediastream:"),
        "connect-src": ("'self'", *connect),
        "frame-ancestors": settings.auth.frame_ancestors or ("'none'",),
    }
    return security_headers(policy, public_url=settings.auth.public_url, allowed=_ALLOWED)
