"""Authors who asked to be erased: their keyed pseudonym, so that nothing of theirs is stored again."""

import sqlalchemy as sa
from alembic import op

revision = "0004_erased_authors"
down_revision = "0003_hosts_captures_rechecks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "erased_authors",
        sa.Column("author_key", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("author_key", name=op.f("pk_erased_authors")),
    )


def downgrade() -> None:
    """Take the table back."""
    op.drop_table("erased_authors")
