"""What is sent to other programs when somebody decides: the table from which it is sent, and sent again."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, JsonObject, Name, PrimaryKey


class WebhookTarget(Base):
    """A webhook of the settings, and up to which decision there are deliveries for it."""

    __tablename__ = "webhook_targets"

    name: Mapped[Name] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(doc="the newest decision that was taken into account")


class WebhookDelivery(Base):
    """One decision on its way to one webhook. It holds numbers and words of this program alone, no text of a post."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (UniqueConstraint("target", "review_id"),)

    id: Mapped[PrimaryKey]
    target: Mapped[Name] = mapped_column(doc="the webhook's name in the settings")
    # A number without a foreign key: what was sent stays known when retention deletes the decision.
    review_id: Mapped[int]
    body: Mapped[JsonObject]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True, doc="when it is sent next; empty: no more")
    lease_until: Mapped[datetime | None] = mapped_column(doc="until when the program that sends it keeps it")
    attempts: Mapped[int]
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))
