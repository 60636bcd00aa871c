"""Second factors of users: the seed, the last code that was taken, and recovery codes. Each code counts once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.database import count_changed
from storage.models import RecoveryCode, User


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
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(RecoveryCode(user_id=user_id, code_hash=code_hash) for code_hash in code_hashes)
    session.flush()


def take_step(session: Session, user_id: int, step: int) -> bool:
    """Note the time step of a right code; False when this or a later one was taken before."""
    # One statement reads and writes, so that of two requests with the same code only one gets in.
    newer = or_(User.totp_step.is_(None), User.totp_step < step)
    return count_changed(session, update(User).where(User.id == user_id, newer).values(totp_step=step)) == 1


def take_recovery_code(session: Session, user_id: int, code_hash: str, now: datetime) -> bool:
    """Use up a recovery code; False when there is none of that hash that was not used."""
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None))
    return count_changed(session, update(RecoveryCode).where(*unused).values(used_at=now)) == 1


def codes_left(session: Session, user_id: int) -> int:
    """Count the recovery codes that were not used."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalar(query.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


def forget(session: Session, user: User) -> None:
    """Take a user's second factor and recovery codes away."""
    user.totp_seed = user.totp_since = user.totp_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.flush()
