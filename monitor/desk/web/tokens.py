"""Random tokens: of each only a hash is stored."""

import hashlib


def token_hash(token: str) -> str:
    """Hash a random token for storing; it is long enough to need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
