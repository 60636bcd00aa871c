"""Passwords of the desk's users: hashed with argon2id, never stored or logged in clear."""

import hashlib
import secrets
import unicodedata
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

# Half the memory of RFC 9106's second choice and twice its passes: as much work for who guesses, and on a small machine
# people who sign in at once share less memory. OWASP's least is 19 MiB with two passes.
# One thread a hash: a sign-in must not take all processors from those who work.
_MEMORY_KIB, _PASSES = 32 * 1024, 6
_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0 and 1, which look alike on paper
_GROUPS, _GROUP_LENGTH = 4, 4


def hash_password(password: str) -> str:
    """Hash a password for storing.

    Args:
        password: As the person typed it. Composed and decomposed Vietnamese letters count as the same.

    Returns:
        An argon2id hash with its own salt and parameters.

    """
    return _hasher().hash(_composed(password))


def verify_password(password: str, hash: str) -> bool:  # noqa: A002  the word that callers expect
    """Tell whether a password matches a stored hash; a stored value that is not a hash matches nothing."""
    try:
        return _hasher().verify(_composed(password), hash)
    # A hand-edited or damaged row must not let anybody in, nor break the page.
    except UnknownHashError:
        return False


def one_time_password() -> str:
    """Return a random password: four groups of four letters and digits (79 bits), easy to read out on the phone."""
    return random_groups(_GROUPS, _GROUP_LENGTH)


def random_groups(groups: int, length: int) -> str:
    """Return random letters and digits in groups with dashes between them; each character is worth 5 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(length)) for _ in range(groups))


def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1),))


def _composed(password: str) -> str:
    """Return a password in NFC: keyboards differ in whether they compose `ệ`."""
    return unicodedata.normalize("NFC", password)


def token_hash(token: str) -> str:
    """Hash a random token for storing; it is long enough to need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
