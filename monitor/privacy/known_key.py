"""The key of an installation is the one with which the authors of its posts were made pseudonyms, or it is refused.

With another key nobody could be found or erased by name, and nobody would notice: the database therefore keeps a check
value of every key that it needs, and each of them must lie in the home folder.
"""

import hmac
from datetime import datetime
from pathlib import Path
from typing import Final

from monitor.errors import NotReady
from monitor.privacy.secret_key import FORMER_FILE, KEY_FILE, KeyDamaged, make_key, read_former, read_key
from storage.database import Database
from storage.posts import known_keys

_REMEDY: Final = "`kiemtin keys restore FILE` takes it from a backup"
_WORDS: Final = b"kiemtin: the key of an installation"


def check_value(key: bytes) -> str:
    """Return what tells a key from others; of a key of 32 random bytes it tells nothing else."""
    return hmac.digest(key, _WORDS, "sha256").hex()


def known_key(database: Database, home: Path, now: datetime) -> bytes:
    """Return the key of a home, which its database knows or learns now.

    Args:
        database: The database of the home, with the tables of this version.
        home: The home folder, or one that holds a key and former keys like it.
        now: The present time, UTC.

    Raises:
        NotReady: When a key that the database needs is not in the home, or the key is not whole.

    """
    path = home / KEY_FILE
    with database.work() as session:
        known = known_keys.check_values(session)
        is_needed = known_keys.has_pseudonyms(session)
    if is_needed and not path.exists():
        raise NotReady(f"the key {path} is missing: {_REMEDY}")
    try:
        key, former = read_key(path), read_former(home / FORMER_FILE)
    except KeyDamaged as error:
        if not is_needed:
            raise
        raise NotReady(f"the key {path}, or {FORMER_FILE} beside it, is not whole: {_REMEDY}") from error
    held = {check_value(each) for each in (key, *(each.key for each in former))}
    if is_needed and known - held:
        raise NotReady(f"the key {path}, or {FORMER_FILE} beside it, is not the one that stored posts need: {_REMEDY}")
    if check_value(key) not in known:
        with database.changes() as session:
            known_keys.keep_only(session, held)  # no post needs the others, or there are none
            known_keys.note(session, check_value(key), now)
    return key


def make_first_key(database: Database, home: Path, now: datetime) -> bool:
    """Make a key in a home where no stored post needs one yet; returns whether it was made.

    Raises:
        NotReady: When stored posts need a key that is not in the home, or the present one is not whole.

    """
    with database.work() as session:
        is_needed = known_keys.has_pseudonyms(session)
    made = not is_needed and make_key(home / KEY_FILE)
    known_key(database, home, now)
    return made
