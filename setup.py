"""What pyproject.toml cannot say: the built page and livekit.yaml stand beside the packages, and go into the wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BESIDE = ("livekit.yaml", "web/dist")
"""As `config.shipped` looks for them."""


class BuildWithWhatIsBeside(build_py):
    """Copies them into `config/shipped`. Without a built page the wheel has none, and says so when it is built."""

    def run(self) -> None:
        """Nothing is copied for an editable installation: there the checkout has them."""
        super().run()
        if self.editable_mode:
            return
        for name in BESIDE:
            source, target = Path(name), Path(self.build_lib) / "config" / "shipped" / name
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
            elif source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            else:
                self.warn(f"{name} is not here: `make package` builds it; the package comes without")


setup(cmdclass={"build_py": BuildWithWhatIsBeside})
