"""`make package`: the source archive and the wheel, with the built page inside, the same bytes for the same commit.

They are built from what git knows and from web/dist, in a directory of their own: nothing else that lies about gets in.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = Path("web/dist")
_FOLDERS: Final = ("docs", "tests", "web", "extension", "turn/tests", ".github", ".ci")
"""Of the checkout, that are in neither."""


def commit_time() -> int:
    """Of the last commit, Unix time, s: the time of every file."""
    said = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(said.stdout)


def stage(directory: Path) -> None:
    """The files of the checkout that belong in a package. Raises FileNotFoundError where the page is not built."""
    if not (ROOT / PAGE / "index.html").exists():
        raise FileNotFoundError("the page is not built: `make package` does that first")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if not name.startswith(tuple(f"{folder}/" for folder in _FOLDERS)) and (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    shutil.copytree(ROOT / PAGE, directory / PAGE, ignore=shutil.ignore_patterns(".*"))


def build(out: Path) -> list[Path]:
    """Builds into a directory; what was built."""
    moment = commit_time()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hive-package-") as scratch:
        source = Path(scratch) / "hive"
        stage(source)
        made = [out / _backend(source, kind, out.resolve(), moment) for kind in ("sdist", "wheel")]
    for path in made:
        if path.name.endswith(".tar.gz"):
            settle(path, moment)
    return made


def _backend(source: Path, kind: str, out: Path, moment: int) -> str:
    """Asks setuptools, in a process of its own; the name of the file."""
    code = f"import sys, setuptools.build_meta as b; print('\\n' + b.build_{kind}(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(out)],
        cwd=source,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(moment), "PYTHONPATH": "", "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-4000:])
    return done.stdout.splitlines()[-1]


def settle(path: Path, moment: int) -> None:
    """Writes a source archive anew, in order, with one time and nobody's name."""
    packed = io.BytesIO()
    with (
        tarfile.open(path) as old,
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=moment) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda each: each.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = moment, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    path.write_bytes(packed.getvalue())


def main() -> int:
    """Exit status 0, or 1 where something is missing."""
    parser = argparse.ArgumentParser(
        prog="scripts/package.py", description="Builds the source archive and the wheel."
    )
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "build" / "package")
    try:
        for path in build(parser.parse_args().out):
            print(f"{path}  {path.stat().st_size >> 10} KB")
    except FileNotFoundError as error:
        print(f"hive: error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
