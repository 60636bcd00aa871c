"""From which probability on a label is flagged, where somebody wanted other thresholds than the model's own."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Name, PrimaryKey


class ThresholdRule(Base):
    """One wish about thresholds; which probability it amounts to follows from the model in use."""

    __tablename__ = "thresholds"
    __table_args__ = (
        UniqueConstraint("label", "source_kind"),
        CheckConstraint("aim IN ('precision', 'probability', 'budget')", name="aim"),
    )

    id: Mapped[PrimaryKey]
    label: Mapped[str] = mapped_column(String(40), comment="* stands for all labels")
    source_kind: Mapped[str] = mapped_column(String(40), comment="* stands for all kinds")
    aim: Mapped[str] = mapped_column(String(20))
    value: Mapped[float] = mapped_column(Float(), comment="precision, probability, or flags a day")
    floor: Mapped[float | None] = mapped_column(Float(), comment="of a budget: the least precision it may come to")
    shift: Mapped[float | None] = mapped_column(
        Float(), comment="of a budget: by how much it moves all thresholds, in log-odds"
    )
    model_version: Mapped[Name] = mapped_column(comment="the model in use when it was set")
    set_at: Mapped[datetime]
