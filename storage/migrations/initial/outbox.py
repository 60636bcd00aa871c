"""The tables of what leaves the house, and of the installation's own records, as the first release makes them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.initial.columns import JSON, KEY, TIME, to


def create_tables() -> None:
    """Create them in the order in which they refer to each other."""
    _create_reports_and_alerts()
    _create_outbox()
    _create_records()


def _create_reports_and_alerts() -> None:
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
        "report_drafts",
        sa.Column("period", sa.String(8), primary_key=True),
        sa.Column("language", sa.String(2), primary_key=True),
        sa.Column("edits", JSON, nullable=False),
        sa.Column("edited_by", KEY, to("users", "RESTRICT"), nullable=False),
        sa.Column("edited_at", TIME, nullable=False),
    )
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


def _create_outbox() -> None:
    states = "'waiting', 'sending', 'handed', 'sent', 'failed', 'unclear', 'skipped'"
    op.create_table(
        "outbox",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("channel", sa.String(200), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("error", sa.Text(), nullable=False),
        sa.UniqueConstraint("channel", "kind", "subject_id"),
        sa.CheckConstraint("kind IN ('report', 'alert', 'decision')", name="kind"),
        sa.CheckConstraint(f"state IN ({states})", name="state"),
    )
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])


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
