"""Rules that people set for decision thresholds, in place of the model's own thresholds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Name, PrimaryKey


class ThresholdRule(Base):
    """One rule: a precision, a probability, or a budget of flags a day.

    The threshold that follows from it depends on the active model: see `monitor.scoring.decision_thresholds`.
    """

    __tablename__ = "thresholds"
    __table_args__ = (
        UniqueConstraint("label", "source_kind"),
        CheckConstraint("aim IN ('precision', 'probability', 'budget')", name="aim"),
    )

    id: Mapped[PrimaryKey]
    label: Mapped[str] = mapped_column(String(40), doc="* stands for all labels")
    source_kind: Mapped[str] = mapped_column(String(40), doc="* stands for all kinds")
    aim: Mapped[str] = mapped_column(String(20))
    value: Mapped[float] = mapped_column(Float(), doc="precision, probability, or flags a day")
    floor: Mapped[float | None] = mapped_column(Float(), doc="of a budget: the least precision it may come to")
    shift: Mapped[float | None] = mapped_column(
        Float(), doc="of a budget: by how much it moves all thresholds, in log-odds"
    )
    model_version: Mapped[Name] = mapped_column(doc="the model in use when it was set")
    set_at: Mapped[datetime]
