"""Posts that count by when they were published, and those that count by when they were read, have an index each."""

import sqlalchemy as sa
from alembic import op

revision = "0031_overview_indexes"
down_revision = "0030_flags_by_label_and_worth"
branch_labels = None
depends_on = None

BEFORE = "ix_posts_published_at_collected_at_source_id"
NEW = (
    ("ix_posts_dated", ["published_at", "collected_at", "source_id"], "published_at <= collected_at"),
    (
        "ix_posts_undated",
        ["collected_at", "published_at", "source_id"],
        "published_at IS NULL OR published_at > collected_at",
    ),
)


def upgrade() -> None:
    """Bring the tables forward."""
    op.drop_index(BEFORE, "posts")
    for name, columns, rows in NEW:
        op.create_index(name, "posts", columns, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))


def downgrade() -> None:
    """Take them back."""
    for name, _, _ in NEW:
        op.drop_index(name, "posts")
    op.create_index(BEFORE, "posts", ["published_at", "collected_at", "source_id"])
