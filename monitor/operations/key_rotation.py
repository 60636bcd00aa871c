"""After the key was replaced: pseudonyms are made anew where a post still tells its author's handle."""

from dataclasses import dataclass

from monitor.clock import Clock
from monitor.privacy.author_names import spellings
from monitor.privacy.pseudonym import Pseudonymiser
from storage import audit
from storage.accounts import second_factors, sessions, users
from storage.database import Database
from storage.posts import posts


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many posts have a new pseudonym, and how many keep one of a former key until they are read again or go."""

    renewed: int
    left: int


def renew_pseudonyms(database: Database, pseudonymiser: Pseudonymiser, clock: Clock) -> Rotated:
    """Make pseudonyms anew where the address of a post names its author, end all sessions and second factors.

    A post without such an address gets its new pseudonym when it is read again. Second factors follow from the key, so
    everybody sets up another at the next sign-in.
    """
    renewed = left = 0
    with database.changes() as session:
        for post_id, kind, url, key in posts.authored(session):
            new = _renewed(pseudonymiser, kind, url, key)
            if new:
                posts.set_author(session, post_id, new)
                renewed += 1
            else:
                left += 1
        for user in users.all_users(session):
            second_factors.forget(session, user)
            sessions.end_all(session, user.id, clock.now())
        detail = {"renewed": renewed, "left": left}
        audit.record(session, at=clock.now(), action="key.rotated", subject="key", detail=detail)
    return Rotated(renewed, left)


def _renewed(pseudonymiser: Pseudonymiser, kind: str, url: str | None, key: str) -> str | None:
    for name in spellings(kind, url) if url else ():
        if key in pseudonymiser.aliases(kind, name):
            return pseudonymiser.key(kind, name)
    return None
