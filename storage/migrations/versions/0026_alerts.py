"""Alerts, on their way to whom, and saved searches that are watched."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

revision = "0026_alerts"
down_revision = "0025_withdrawn_reviews"
branch_labels = None
depends_on = None

KEY: TypeEngine[Any] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON: TypeEngine[Any] = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward."""
    subject = "what it is about, as cluster:12 or report:2026-W47"
    whose = "whose saved search it is; empty: for everybody"
    op.create_table(
        "alerts",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False, comment=subject),
        sa.Column("episode", KEY, nullable=False, comment="1 is the first time that its subject is told of"),
        sa.Column("user_id", KEY, nullable=True, comment=whose),
        sa.Column("facts", JSON, nullable=False, comment="counts and numbers of rows"),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("seen_by", KEY, nullable=True),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("settled_by", KEY, nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.CheckConstraint("kind IN ('cluster', 'label', 'search', 'source', 'report')", name=op.f("ck_alerts_kind")),
        _refers("alerts", "user_id", "users", "CASCADE"),
        _refers("alerts", "seen_by", "users", "RESTRICT"),
        _refers("alerts", "settled_by", "users", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("subject", "episode", name=op.f("uq_alerts_subject_episode")),
    )
    for column in ("user_id", "raised_at", "settled_at"):
        op.create_index(op.f(f"ix_alerts_{column}"), "alerts", [column])
    _create_deliveries()
    op.create_table(
        "search_watches",
        sa.Column("search_id", KEY, autoincrement=False, nullable=False),
        sa.Column("post_id", KEY, nullable=False, comment="the newest post that was taken into account"),
        sa.Column("since", TIME, nullable=False),
        _refers("search_watches", "search_id", "saved_searches", "CASCADE"),
        sa.PrimaryKeyConstraint("search_id", name=op.f("pk_search_watches")),
    )


def _create_deliveries() -> None:
    states = "state IN ('waiting', 'handed', 'sent', 'failed', 'unclear')"
    handed = "handed: given to the other side, whose answer is not recorded yet"
    next_at = "when it is tried next; while handed, how long that may take"
    op.create_table(
        "alert_deliveries",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("alert_id", KEY, nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False, comment="its name in the settings"),
        sa.Column("state", sa.String(length=10), nullable=False, comment=handed),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column("next_at", TIME, nullable=False, comment=next_at),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.CheckConstraint(states, name=op.f("ck_alert_deliveries_state")),
        _refers("alert_deliveries", "alert_id", "alerts", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_deliveries")),
        sa.UniqueConstraint("alert_id", "channel", name=op.f("uq_alert_deliveries_alert_id_channel")),
    )
    op.create_index(op.f("ix_alert_deliveries_state"), "alert_deliveries", ["state"])


def downgrade() -> None:
    """Take the tables back."""
    for table in ("search_watches", "alert_deliveries", "alerts"):
        op.drop_table(table)


def _refers(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
