"""Makes a backup: databases first, each as it was at one moment, then the files that they speak of.

A file that goes meanwhile was erased, and is left out; one that comes meanwhile is of nobody that the backup knows, and
goes when it is put back.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Final

from config.sample import written
from config.settings import Settings
from config.version import version
from foundation.migrations import EMPTY
from upkeep import archive, places
from upkeep.archive import Writer
from upkeep.databases import SERVICES, databases, version_of
from upkeep.dumping import dump
from upkeep.manifest import NAME, ArchivedDatabase, BackupError, Manifest
from upkeep.places import Tell, Tree

_TOLD_EVERY_BYTES: Final = 256 << 20
_PATTERN: Final = "hive-*.tar"


def place_for(target: Path, now: float) -> Path:
    """The file that a target means: itself, or one with the time in its name in a directory."""
    if target.is_dir():
        return target / time.strftime("hive-%Y%m%dT%H%M%SZ.tar", time.gmtime(now))
    return target


async def make(
    settings: Settings, target: Path, say: Tell, *, only: str | None = None, secrets_of: Path | None = None,
    with_secrets: bool = False,
) -> Path:  # fmt: skip
    """Makes a backup while the services run; returns its file.

    Args:
        target: a directory, or a file that is not there yet.
        only: one service; None for all.
        secrets_of: the settings file that was named, if one was.

    Raises BackupError, StorageError, SettingsError, OSError. What is half done has no name of a backup, and goes.
    """
    path = place_for(target, time.time())
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        archive.writing(path) as writer,
        tempfile.TemporaryDirectory(prefix=".hive-backup-", dir=path.parent) as scratch,
    ):
        made_at = time.time()
        kept = await _databases(settings, only, writer, Path(scratch), say)
        for tree in places.trees(settings, only):
            _tree(tree, writer, say)
        writer.add_bytes(places.SETTINGS, written(settings).encode())
        if with_secrets:
            _secrets(secrets_of, writer, say)
        manifest = Manifest(
            version=version(),
            made_at=made_at,
            services=SERVICES if only is None else (only,),
            databases=tuple(kept),
            files=tuple(writer.files),
            has_secrets=with_secrets,
            elsewhere=places.elsewhere(settings, only),
        )
        writer.add_bytes(NAME, manifest.written())
    for words in manifest.elsewhere:
        say(f"not in the backup: {words}")
    return path


async def _databases(
    settings: Settings, only: str | None, writer: Writer, scratch: Path, say: Tell
) -> list[ArchivedDatabase]:
    kept = []
    for database in databases(settings, only):
        if await version_of(database) == EMPTY:
            say(f"{database.service}: has kept nothing yet ({database.place})")
            continue
        say(f"{database.service}: database {database.place}")
        directory = scratch / database.service
        directory.mkdir(mode=0o700)
        kept.append(await dump(database, directory))
        for file in sorted(directory.iterdir()):
            writer.add(f"databases/{database.service}/{file.name}", file)
            file.unlink()
    if not kept:
        raise BackupError("there is nothing to keep: no service has run with these settings")
    return kept


def _tree(tree: Tree, writer: Writer, say: Tell) -> None:
    """All files of a folder that stay there long enough to be read."""
    say(f"{tree.name}: {tree.directory}")
    files = put = told = 0
    for path in sorted(
        path for path in tree.directory.rglob("*") if path.is_file() and not path.is_symlink()
    ):
        try:
            put += writer.add(f"{tree.name}/{path.relative_to(tree.directory).as_posix()}", path)
        except FileNotFoundError:
            continue
        files += 1
        if put - told >= _TOLD_EVERY_BYTES:
            told = put
            say(f"{tree.name}: {put >> 20} MB so far")
    say(f"{tree.name}: {files} files, {put >> 20} MB")


def _secrets(settings_file: Path | None, writer: Writer, say: Tell) -> None:
    for secret in places.secret_files(settings_file):
        if secret.path.is_file():
            writer.add(secret.name, secret.path)
            say(f"secrets: {secret.path}")


def check(path: Path) -> tuple[Manifest, int]:
    """Reads a backup as a whole; what it says of itself, and how many bytes it holds. Raises BackupError, OSError."""
    with archive.reading(path) as reader:
        return reader.manifest, reader.check()


def forget(directory: Path, keep_days: float, now: float) -> list[Path]:
    """Removes backups of `hive backup DIRECTORY` that are older; which. Raises OSError."""
    old = [path for path in directory.glob(_PATTERN) if path.stat().st_mtime < now - keep_days * 86400]
    for path in old:
        path.unlink()
    return old
