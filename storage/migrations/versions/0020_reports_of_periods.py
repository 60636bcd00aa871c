"""Reports are of weeks, months or quarters, can be withdrawn and replaced, and are sent at most once."""

import sqlalchemy as sa
from alembic import op

revision = "0020_reports_of_periods"
down_revision = "0019_day_plans"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward."""
    op.drop_index(op.f("ix_reports_week"), "reports")
    # On SQLite, Alembic's own rename copies the table and drops the old one, which deletes the rows that refer to it.
    op.execute("ALTER TABLE reports RENAME COLUMN week TO period")
    with op.batch_alter_table("reports") as reports:
        reports.alter_column("period", comment="as 2026-W47, 2026-11 or 2026-Q4", existing_type=sa.String(8))
        reports.add_column(
            sa.Column(
                "scheduled_for",
                sa.String(8),
                nullable=True,
                comment="the period, of the one report that the program issued by itself",
            )
        )
        reports.add_column(
            sa.Column("replaces_id", KEY, nullable=True, comment="the withdrawn report whose place it takes")
        )
        reports.add_column(
            sa.Column(
                "changed",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="what is different from the one that it replaces",
            )
        )
        reports.add_column(sa.Column("withdrawn_at", TIME, nullable=True))
        reports.add_column(sa.Column("withdrawn_why", sa.Text(), nullable=False, server_default=""))
        reports.create_index(op.f("ix_reports_period"), ["period"])
        reports.create_unique_constraint(op.f("uq_reports_scheduled_for"), ["scheduled_for"])
        reports.create_foreign_key(
            op.f("fk_reports_replaces_id_reports"), "reports", ["replaces_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("reports") as reports:  # the defaults were for the rows that were there
        for column in ("changed", "withdrawn_why"):
            reports.alter_column(column, server_default=None, existing_type=sa.Text(), existing_nullable=False)
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("report_id", KEY, nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("target", sa.Text(), nullable=False, comment="addresses, address or folder"),
        sa.Column(
            "state",
            sa.String(10),
            nullable=False,
            comment="handed: given to the other side, whose answer is not recorded yet",
        ),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column(
            "next_at",
            TIME,
            nullable=False,
            comment="when it is tried next; while it is sent, how long that may take",
        ),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'webhook', 'folder')", name=op.f("ck_deliveries_channel")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'handed', 'sent', 'failed', 'unclear')",
            name=op.f("ck_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_deliveries_report_id_reports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("report_id", "channel", "target", name=op.f("uq_deliveries_report_id_channel_target")),
    )
    op.create_index(op.f("ix_deliveries_state"), "deliveries", ["state"])
    # Reports count posts by the time of publication.
    op.create_index(op.f("ix_posts_published_at"), "posts", ["published_at"])
    _comment("when it was first seen", "reports count by this")


def downgrade() -> None:
    """Take columns and table back."""
    _comment("when it was first seen; reports count by this", None)
    op.drop_index(op.f("ix_posts_published_at"), "posts")
    op.drop_table("deliveries")
    with op.batch_alter_table("reports") as reports:
        reports.drop_constraint(op.f("fk_reports_replaces_id_reports"), type_="foreignkey")
        reports.drop_constraint(op.f("uq_reports_scheduled_for"), type_="unique")
        reports.drop_index(op.f("ix_reports_period"))
        for column in ("withdrawn_why", "withdrawn_at", "changed", "replaces_id", "scheduled_for"):
            reports.drop_column(column)
    op.execute("ALTER TABLE reports RENAME COLUMN period TO week")
    op.create_index(op.f("ix_reports_week"), "reports", ["week"])


def _comment(collected_at: str, published_at: str | None) -> None:
    """Say by which time reports count; SQLite keeps no comments."""
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("posts", "collected_at", comment=collected_at, existing_type=TIME, existing_nullable=False)
        op.alter_column("posts", "published_at", comment=published_at, existing_type=TIME, existing_nullable=True)
