"""Password hashing beside the event loop: one at a time for strangers, one for known browsers, and few that wait.

A hash takes 32 MiB and a tenth of a second of a processor. However many people try to sign in at once, two hashes run,
and the pages of those who are signed in are served by other threads.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final, TypeVar

from monitor.desk.web.passwords import hash_password, verify_password
from monitor.errors import KiemtinError

MAX_WAITING: Final = 16
_Result = TypeVar("_Result")


class TooBusy(KiemtinError):
    """So many sign-ins wait already that this one is turned away, unchecked."""


class PasswordChecks:
    """Checks and makes password hashes, a bounded number at once.

    Args:
        verify: Compares a password with a hash.

    """

    def __init__(self, verify: Callable[[str, str], bool] = verify_password) -> None:
        self._verify = verify
        self._strangers = _Lane("strangers")
        self._known = _Lane("known")

    async def verify(self, password: str, stored: str, *, known: bool) -> bool:
        """Compare a password with a stored hash.

        Args:
            password: As it was typed.
            stored: The hash.
            known: Whether the browser has signed in under this name before; such ones do not wait behind strangers.

        Raises:
            TooBusy: When too many wait already.

        """
        lane = self._known if known else self._strangers
        return await lane.run(lambda: self._verify(password, stored))

    async def hash(self, password: str) -> str:
        """Hash a new password of somebody who is known.

        Raises:
            TooBusy: When too many wait already.

        """
        return await self._known.run(lambda: hash_password(password))


class _Lane:
    """One thread and a short queue in front of it."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"passwords-{name}")
        self._lock = Lock()
        self._waiting = 0

    async def run(self, work: Callable[[], _Result]) -> _Result:
        with self._lock:
            if self._waiting >= MAX_WAITING:
                raise TooBusy("too many people are signing in: try again in a moment")
            self._waiting += 1
        # Counted down by the future itself: a request that is given up leaves its work in the queue.
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._leave())
        return await asyncio.wrap_future(future)

    def _leave(self) -> None:
        with self._lock:
            self._waiting -= 1
