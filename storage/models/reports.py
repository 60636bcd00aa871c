"""Weekly summaries that were issued, with their figures."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, JsonObject, JsonType, PrimaryKey


class Report(Base):
    """One weekly summary. It is kept after its posts are deleted, so it holds figures and no text."""

    __tablename__ = "reports"
    __table_args__ = (Index(None, "week"),)

    id: Mapped[PrimaryKey]
    week: Mapped[str] = mapped_column(String(8), comment="ISO week, as 2026-W47")
    schema_version: Mapped[int]
    created_at: Mapped[datetime]
    figures: Mapped[JsonObject]
    files: Mapped[list[str]] = mapped_column(JsonType)
