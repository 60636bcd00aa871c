"""Posts that people chose for the report to quote ("Đưa vào báo cáo")."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from storage.database import insert_ignoring
from storage.figures.report_counts import Period, dated_within
from storage.models import Flag, Post, QuoteChoice


def choose(session: Session, flag: Flag, *, user_id: int, now: datetime) -> None:
    """Choose the flagged version of a post, in place of an earlier one; choosing it twice changes nothing."""
    earlier = (QuoteChoice.flag_id == flag.id, QuoteChoice.revision_number != flag.revision_number)
    session.execute(delete(QuoteChoice).where(*earlier))
    row = {"flag_id": flag.id, "revision_number": flag.revision_number, "chosen_by": user_id, "chosen_at": now}
    insert_ignoring(session, QuoteChoice, [row], ("flag_id",))


def take_back(session: Session, flag: Flag) -> None:
    """Take the choice back; the audit trail tells of both."""
    session.execute(delete(QuoteChoice).where(QuoteChoice.flag_id == flag.id))


def is_chosen(session: Session, flag: Flag) -> bool:
    """Tell whether the version that is flagged now was chosen; a later edit needs a new choice."""
    chosen = session.scalar(select(QuoteChoice.revision_number).where(QuoteChoice.flag_id == flag.id))
    return chosen == flag.revision_number


def chosen(session: Session, period: Period, label: str) -> Sequence[Flag]:
    """List the confirmed flags of a label that were chosen, on the posts of a period, in the order of the choice.

    Posts that were edited after the choice are left out.
    """
    query = (
        select(Flag)
        .join(QuoteChoice, QuoteChoice.flag_id == Flag.id)
        .join(Post, Post.id == Flag.post_id)
        .options(joinedload(Flag.post).joinedload(Post.source))
        .where(
            Flag.label == label,
            Flag.state == "confirmed",
            QuoteChoice.revision_number == Flag.revision_number,
            dated_within(period),
        )
        .order_by(QuoteChoice.chosen_at, Flag.id)
    )
    return session.scalars(query).all()
