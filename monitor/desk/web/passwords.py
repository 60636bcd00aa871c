"""Passwords of the desk's users: hashed with argon2id, never stored or logged in clear, and few at once."""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from monitor.errors import KiemtinError

# Half the memory of RFC 9106's second choice and twice its passes: as much work for who guesses, and on a small machine
# people who sign in at once share less memory. OWASP's least is 19 MiB with two passes.
# One thread a hash: a sign-in must not take all processors from those who work.
_MEMORY_KIB, _PASSES = 32 * 1024, 6
_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0 and 1, which look alike on paper
_GROUPS, _GROUP_LENGTH = 4, 4
MAX_WAITING: Final = 16  # of strangers, or of known browsers
_Result = TypeVar("_Result")


class TooBusy(KiemtinError):
    """So many sign-ins wait already that this one is turned away, unchecked."""


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


class PasswordChecks:
    """Checks and makes password hashes beside the event loop: one at a time for strangers, one for known browsers.

    A hash takes 32 MiB and a tenth of a second of a processor. However many people try to sign in at once, two hashes
    run, and the pages of those who are signed in are served by other threads.

    Args:
        verify: Compares a password with a hash.

    """

    def __init__(self, verify: Callable[[str, str], bool] = verify_password) -> None:
        self._verify = verify
        self._strangers = _Lane()
        self._known = _Lane()

    async def verify(self, password: str, stored: str, *, known: bool) -> bool:
        """Compare a password with a stored hash.

        Args:
            password: As it was typed.
            stored: The hash.
            known: Whether the browser has signed in under this name before; such ones do not wait behind strangers.

        Raises:
            TooBusy: When too many wait already.

        """
        return await (self._known if known else self._strangers).run(lambda: self._verify(password, stored))

    async def hash(self, password: str) -> str:
        """Hash a new password of somebody who is known.

        Raises:
            TooBusy: When too many wait already.

        """
        return await self._known.run(lambda: hash_password(password))


class _Lane:
    """One work at a time beside the event loop, and a bounded number that wait for it."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(1)
        self._inside = 0

    async def run(self, work: Callable[[], _Result]) -> _Result:
        if self._inside >= MAX_WAITING:
            raise TooBusy("too many people are signing in: try again in a moment")
        self._inside += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1
