"""Pseudonyms: a keyed hash replaces an author before anything is stored. It cannot be reversed without the key."""

import hashlib
import hmac


class Pseudonymiser:
    """Turns a platform's author identifier into a keyed hash (HMAC-SHA-256, 64 hexadecimal digits).

    Args:
        secret: The key of this installation. Without it, erasure requests can no longer be matched.

    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def key(self, kind: str, author: str | None) -> str | None:
        """Return the pseudonym of an author on one kind of platform; None for a post without an author."""
        if not author:
            return None
        # The kind is hashed too: the same name on two platforms must not give the same pseudonym.
        named = f"{kind}\0{author}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, named, hashlib.sha256).hexdigest()
