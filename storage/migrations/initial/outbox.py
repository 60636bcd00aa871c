"""The tables of what leaves the house, and of the installation's own records, as the first release makes them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.initial.columns import JSON, KEY, TIME, to


def create_tables() -> None:
    """Create them in the order in which they refer to each other."""
    _create_reports_and_deliveries()
    _create_alerts_and_webhook_targets()
    _create_webhook_deliveries()
    _create_records()


def _create_reports_and_deliveries() -> None:
    op.create_table(
        "reports",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("period", sa.String(8), nullable=False, index=True),
        sa.Column("scheduled_for", sa.String(8), unique=True),
        sa.Column("schema_version", KEY, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("replaces_id", KEY, to("reports", "SET NULL")),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", TIME),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("report_id", KEY, to("reports", "CASCADE"), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("error", sa.Text(), nullable=False),
        sa.UniqueConstraint("report_id", "channel", "target"),
        sa.CheckConstraint("channel IN ('mail', 'webhook', 'folder')", name="channel"),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'handed', 'sent', 'failed', 'unclear')", name="state"),
    )


def _create_alerts_and_webhook_targets() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("episode", KEY, nullable=False),
        sa.Column("user_id", KEY, to("users", "CASCADE"), index=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("raised_at", TIME, nullable=False, index=True),
        sa.Column("seen_by", KEY, to("users", "RESTRICT")),
        sa.Column("seen_at", TIME),
        sa.Column("settled_by", KEY, to("users", "RESTRICT")),
        sa.Column("settled_at", TIME, index=True),
        sa.UniqueConstraint("subject", "episode"),
        sa.CheckConstraint("kind IN ('cluster', 'label', 'search', 'source', 'report')", name="kind"),
    )
    op.create_table(
        "alert_deliveries",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("alert_id", KEY, to("alerts", "CASCADE"), nullable=False),
        sa.Column("channel", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("error", sa.String(300), nullable=False),
        sa.UniqueConstraint("alert_id", "channel"),
        sa.CheckConstraint("state IN ('waiting', 'handed', 'sent', 'failed', 'unclear')", name="state"),
    )
    op.create_table(
        "search_watches",
        sa.Column("search_id", KEY, to("saved_searches", "CASCADE"), primary_key=True),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("since", TIME, nullable=False),
    )
    op.create_table(
        "webhook_targets",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("review_id", KEY, nullable=False),
    )


def _create_webhook_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("review_id", KEY, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME, index=True),
        sa.Column("lease_until", TIME),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column("delivered_at", TIME),
        sa.Column("last_error", sa.String(300)),
        sa.UniqueConstraint("target", "review_id"),
    )


def _create_records() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("at", TIME, nullable=False, index=True),
        sa.Column("user_id", KEY, to("users", "RESTRICT"), index=True),
        sa.Column("action", sa.String(60), nullable=False, index=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
    )
    op.create_table(
        "clock_state",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("trusted_at", TIME, nullable=False),
        sa.Column("jumped_to", TIME),
    )
