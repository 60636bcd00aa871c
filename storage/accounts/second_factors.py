"""Second factors of users: the seed, the last code that was taken, and recovery codes. Each code counts once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, update
from sqlalchemy.orm import Session

from storage.database import count_changed
from storage.models import User

TIME_TO_SET_UP: Final = timedelta(days=3)  # from the first password of an account on


def enrol(session: Session, user_id: int, *, seed: str, step: int, code_hashes: Sequence[str], now: datetime) -> None:
    """Give a user a second factor and new recovery codes in the place of older ones.

    Args:
        session: The unit of work.
        user_id: The user.
        seed: With the installation's key it gives the secret.
        step: The time step of the code by which the user showed that the secret arrived.
        code_hashes: SHA-256 of each recovery code, in hexadecimal.
        now: The present time, UTC.

    """
    user = session.get_one(User, user_id)
    user.totp_seed, user.totp_since, user.totp_step = seed, now, step
    user.recovery_codes = " ".join(code_hashes)
    session.flush()


def take_step(session: Session, user_id: int, step: int) -> bool:
    """Note the time step of a right code; False when this or a later one was taken before."""
    # One statement reads and writes, so that of two requests with the same code only one gets in.
    newer = or_(User.totp_step.is_(None), User.totp_step < step)
    return count_changed(session, update(User).where(User.id == user_id, newer).values(totp_step=step)) == 1


def take_recovery_code(session: Session, user_id: int, code_hash: str) -> bool:
    """Use up a recovery code; False when there is none of that hash that was not used."""
    # One statement, as for a step.
    unused = (User.id == user_id, User.recovery_codes.contains(code_hash, autoescape=True))
    rest = func.replace(User.recovery_codes, code_hash, "")
    return count_changed(session, update(User).where(*unused).values(recovery_codes=rest)) == 1


def codes_left(session: Session, user_id: int) -> int:
    """Count the recovery codes that were not used."""
    return len(session.get_one(User, user_id).recovery_codes.split())


def forget(session: Session, user: User) -> None:
    """Take a user's second factor and recovery codes away."""
    user.totp_seed = user.totp_since = user.totp_step = None
    user.recovery_codes = ""
    session.flush()
