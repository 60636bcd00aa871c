"""What has changed since the open flags were placed in the queue is noted; at first, all of them are placed."""

import sqlalchemy as sa
from alembic import op

revision = "0032_queue_changes"
down_revision = "0031_overview_indexes"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "queue_changes",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=True, comment="its flags, evidence or reactions changed"),
        sa.Column("cluster_id", KEY, nullable=True, comment="it has other posts"),
        sa.Column("source_id", KEY, nullable=True, comment="decisions on its flags, or dates, changed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_changes")),
    )
    op.execute("INSERT INTO queue_changes (source_id) SELECT id FROM sources")


def downgrade() -> None:
    """Take them back."""
    op.drop_table("queue_changes")
