"""What is remembered of hosts, where captured bytes are kept, and when flagged posts are looked at again."""

import sqlalchemy as sa
from alembic import op

revision = "0003_hosts_captures_rechecks"
down_revision = "0002_scores_and_reviews"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "host_state",
        sa.Column("host", sa.Text(), nullable=False, comment="name or address, without a port"),
        sa.Column("ready_at", TIME, nullable=True, comment="when the pause after the last request ends"),
        sa.Column("closed_until", TIME, nullable=True, comment="until when the host asked us to wait"),
        sa.Column("refusals", KEY, nullable=False, comment="how often in a row it asked so"),
        sa.Column("day_began", TIME, nullable=True, comment="since when `sent` counts"),
        sa.Column("sent", KEY, nullable=False, comment="requests in these 24 hours"),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_state")),
    )
    op.create_table(
        "robots_copies",
        sa.Column("place", sa.Text(), nullable=False, comment="address of the robots.txt"),
        sa.Column("status", KEY, nullable=False, comment="HTTP status of the answer"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_robots_copies")),
    )
    op.create_index(op.f("ix_robots_copies_read_at"), "robots_copies", ["read_at"])
    op.create_table(
        "rechecks",
        sa.Column("post_id", KEY, nullable=False),
        sa.Column(
            "flagged_at",
            TIME,
            nullable=False,
            comment="when its first flag was opened; looks are counted from here",
        ),
        sa.Column("due_at", TIME, nullable=True, comment="when the next look is due; empty: no more"),
        sa.Column("looked_at", TIME, nullable=True, comment="when it was last found or found gone"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_rechecks_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_rechecks")),
    )
    op.create_index(op.f("ix_rechecks_due_at"), "rechecks", ["due_at"])
    with op.batch_alter_table("captures") as captures:
        captures.add_column(
            sa.Column(
                "warc_path", sa.Text(), nullable=True, comment="where the bytes are kept, below the captures folder"
            )
        )


def downgrade() -> None:
    """Take the tables back; their indexes go with them."""
    with op.batch_alter_table("captures") as captures:
        captures.drop_column("warc_path")
    for table in ("rechecks", "robots_copies", "host_state"):
        op.drop_table(table)
