"""What comes with the packages and is no code: the built page, the media server's configuration.

In a checkout it stands beside them; `setup.py` puts it into the installed package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PAGE: Final = Path("web/dist")
"""The page, from the directory in which a service runs: a checkout's, or that of an image."""
LIVEKIT: Final = Path("livekit.yaml")
_INSTALLED: Final = Path(__file__).with_name("shipped")
_CHECKOUT: Final = Path(__file__).resolve().parent.parent


def shipped(name: Path) -> Path:
    """Where it is; a path that leads nowhere where it is neither here nor there."""
    installed = _INSTALLED / name
    return installed if installed.exists() else _CHECKOUT / name


def page(setting: Path) -> Path:
    """The directory of a setting `web_directory`; that of the package where it is the usual one and not here."""
    return shipped(PAGE) if setting == PAGE and not setting.is_dir() else setting
