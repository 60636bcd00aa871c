"""Authors become keyed pseudonyms before anything is stored; without the key nobody can find out who they were."""

import hashlib
import hmac


class Pseudonymiser:
    """Turns a platform's author identifier into a keyed hash (HMAC-SHA-256, 64 hexadecimal digits).

    Args:
        secret: The key of this installation. Losing it means that erasure requests can no longer be matched.

    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def key(self, kind: str, author: str | None) -> str | None:
        """Give the pseudonym of an author on one kind of platform; None for a post without author."""
        if not author:
            return None
        named = f"{kind}\0{author}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, named, hashlib.sha256).hexdigest()
