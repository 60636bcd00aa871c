"""Pseudonyms: a keyed hash replaces an author before anything is stored. It cannot be reversed without the key."""

import hashlib
import hmac
from collections.abc import Sequence

from monitor.privacy.author_names import canonical


class Pseudonymiser:
    """Turns a platform's author identifier into a keyed hash (HMAC-SHA-256, 64 hexadecimal digits).

    Args:
        secret: The key of this installation. Without it, erasure requests can no longer be matched.
        former: Keys of the time before the last rotations; posts that were stored under them are still found.

    """

    def __init__(self, secret: bytes, former: Sequence[bytes] = ()) -> None:
        self._secret = secret
        self._former = tuple(former)

    def key(self, kind: str, author: str | None) -> str | None:
        """Return the pseudonym of an author on one kind of platform; None for a post without an author."""
        return _hash(self._secret, kind, canonical(kind, author)) if author else None

    def aliases(self, kind: str, author: str | None) -> tuple[str, ...]:
        """Return the other pseudonyms under which an author's posts may lie: made with a former key or spelling."""
        if not author:
            return ()
        names = dict.fromkeys((canonical(kind, author), author))
        keys = [_hash(secret, kind, name) for secret in (self._secret, *self._former) for name in names]
        return tuple(dict.fromkeys(keys[1:]))


def _hash(secret: bytes, kind: str, author: str) -> str:
    # The kind is hashed too: the same name on two platforms must not give the same pseudonym.
    named = f"{kind}\0{author}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, named, hashlib.sha256).hexdigest()
