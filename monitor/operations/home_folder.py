"""The home folder at every start: private, and free of what killed programs left half-written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from monitor.files import make_private, sweep
from monitor.settings.settings import Settings

SPOOL: Final = "spool"


def tidy(settings: Settings, keys: Sequence[Path]) -> list[Path]:
    """Make the home folder private and delete half-written files in it.

    Args:
        settings: The settings, which name the folders.
        keys: The files of keys.

    Returns:
        What others can still read, because it belongs to another user.

    """
    if not settings.home.is_dir():
        return []
    home = settings.home
    written_to = (settings.captures_dir / SPOOL, settings.reports_dir, home / "imports", home / "privacy")
    sweep([home, *written_to, *settings.models_dir.glob("*")])
    database = settings.sqlite_path
    files = [database.with_name(database.name + end) for end in ("", "-wal", "-shm")] if database else []
    return make_private(settings.home, [settings.config_path, *keys, *files])
