"""What has changed since the open flags were placed in the queue."""

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, PrimaryKey


class QueueChange(Base):
    """One change by which open flags may move in the queue; deleted once they were placed anew.

    It names its post, cluster or source by number alone: what is deleted meanwhile has no flags to place.
    """

    __tablename__ = "queue_changes"

    id: Mapped[PrimaryKey]
    post_id: Mapped[int | None] = mapped_column(comment="its flags, evidence or reactions changed")
    cluster_id: Mapped[int | None] = mapped_column(comment="it has other posts")
    source_id: Mapped[int | None] = mapped_column(comment="decisions on its flags, or dates, changed")
