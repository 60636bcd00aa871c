"""Deliveries of decisions to webhooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015_webhooks"
down_revision = "0014_search"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "webhook_targets",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("review_id", KEY, nullable=False, comment="the newest decision that was taken into account"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_webhook_targets")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False, comment="the webhook's name in the settings"),
        sa.Column("review_id", KEY, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=True, comment="when it is sent next; empty: no more"),
        sa.Column("lease_until", TIME, nullable=True, comment="until when the program that sends it keeps it"),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column("delivered_at", TIME, nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("target", "review_id", name=op.f("uq_webhook_deliveries_target_review_id")),
    )
    op.create_index(op.f("ix_webhook_deliveries_due_at"), "webhook_deliveries", ["due_at"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_targets")
