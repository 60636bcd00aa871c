"""The last step of a restore: a whole home that was made ready within a home folder takes the place of what is there.

The folder of the new home gets another name, by one rename. Before it the home is the old one, whatever was killed;
after it the home is the new one: what is left to do is to move names, which whoever opens the home next does first.
"""

from pathlib import Path
from typing import Final

from monitor.files import partial_path, sync_folder
from monitor.privacy.secret_key import FORMER_FILE, KEY_FILE
from monitor.settings.home import CONFIG_NAME
from monitor.settings.settings import DATABASE_NAME, load_settings

FILES: Final = (CONFIG_NAME, KEY_FILE, FORMER_FILE)
FOLDERS: Final = ("captures", "models", "reports", "imports")
ASIDE: Final = "before-restore-"
"""How the name of a folder begins that holds a home as it was before a restore."""
HELD: Final = (*FILES, *FOLDERS, DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm")
"""What a restore replaces; anything else in the home folder stays."""
ON_SERVER: Final = ".database-on-server"
"""An empty file in a new home whose database waits on a PostgreSQL server."""
_READY, _EMPTIED = ".restored-", ".restoring-"


def new_folder(home: Path) -> Path:
    """Make a folder in which a new home is made ready; it is swept when this process dies over it."""
    folder = partial_path(home / "restore")
    folder.mkdir(parents=True)
    return folder


def change_places(fresh: Path, home: Path, stamp: str) -> Path | None:
    """Let a new home take the place of what is in the home folder.

    Args:
        fresh: The folder of `new_folder`, with all that belongs to the new home, whole and checked.
        home: The home folder.
        stamp: Tells this restore from others, and names the folder of what was there before.

    Returns:
        Where what was there before lies now; None when nothing was.

    Raises:
        OSError: When the folder cannot be renamed; the home is then the old one.

    """
    for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
        sync_folder(folder)
    while (home / f"{ASIDE}{stamp}").exists():
        stamp += "+"
    fresh.rename(home / f"{_READY}{stamp}")  # from here on the home is the new one
    sync_folder(home)
    finish(home)
    aside = home / f"{ASIDE}{stamp}"
    return aside if aside.exists() else None


def finish(home: Path) -> None:
    """Finish a change of places that was broken off, before anything of the home is read; else do nothing.

    Raises:
        OSError: When a name cannot be moved; the next call goes on.
        StorageError: When the server does not change its database; the next call goes on.

    """
    for ready in sorted(home.glob(f"{_READY}*")):
        stamp = ready.name.removeprefix(_READY)
        if (ready / ON_SERVER).exists():
            _change_database(ready)
        for name in HELD:
            if (home / name).exists():
                (home / f"{ASIDE}{stamp}").mkdir(exist_ok=True)
                (home / name).rename(home / f"{ASIDE}{stamp}" / name)
        ready.rename(home / f"{_EMPTIED}{stamp}")  # so that a second call takes nothing new for old
    for ready in sorted(home.glob(f"{_EMPTIED}*")):
        (ready / ON_SERVER).unlink(missing_ok=True)
        for path in sorted(ready.iterdir()):
            path.rename(home / path.name)
        ready.rmdir()
        sync_folder(home)


def _change_database(ready: Path) -> None:
    from storage.database import Database  # noqa: PLC0415  only after a restore that was killed, or by one
    from storage.transfer import snapshot  # noqa: PLC0415

    with Database(load_settings(ready).resolved_database_url) as database:
        snapshot.take_place(database)
