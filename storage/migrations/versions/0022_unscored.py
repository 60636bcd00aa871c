"""Posts that wait for a score are found by an index, and a new model remembers that it must score earlier ones."""

import sqlalchemy as sa
from alembic import op

revision = "0022_unscored"
down_revision = "0021_copies"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = "whether its current version still waits for a score"
INDEXES = {"flags": ["label", "state"], "search_texts": ["source_id"]}
UNTIL = "it must still score earlier posts up to this number; empty: none"


def upgrade() -> None:
    """Bring the tables forward: what the active model has not scored waits."""
    op.add_column(
        "posts", sa.Column("unscored", sa.Boolean(), server_default=sa.false(), nullable=False, comment=WAITING)
    )
    marked = sa.text("unscored")
    # SQLite uses such an index only where a query says the same in the same words; it never used this one.
    op.create_index("ix_posts_unscored", "posts", ["id"], sqlite_where=sa.text("unscored = 1"), postgresql_where=marked)
    op.drop_index("ix_posts_not_indexed", "posts")
    _index_unindexed('"indexed" = 0')
    op.add_column("models", sa.Column("history_until", KEY, nullable=True, comment=UNTIL))
    op.execute(
        "UPDATE posts SET unscored = true WHERE source_id IN (SELECT id FROM sources WHERE role = 'monitored') "
        "AND NOT EXISTS (SELECT 1 FROM scores JOIN models ON models.id = scores.model_id WHERE models.state = 'active' "
        "AND scores.post_id = posts.id AND scores.revision_number = posts.revision_number)"
    )
    op.create_index(op.f("ix_posts_source_id_collected_at"), "posts", ["source_id", "collected_at"])
    for table, columns in INDEXES.items():
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    kept = sa.text("warc_path IS NOT NULL")
    op.create_index(op.f("ix_captures_warc_path"), "captures", ["warc_path"], sqlite_where=kept, postgresql_where=kept)


def _index_unindexed(on_sqlite: str) -> None:
    waiting = sa.text("NOT indexed")
    where = sa.text(on_sqlite)
    op.create_index("ix_posts_not_indexed", "posts", ["id"], sqlite_where=where, postgresql_where=waiting)


def downgrade() -> None:
    """Take the marks back; the former program looks for missing scores itself."""
    for table, columns in INDEXES.items():
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
    op.drop_index("ix_posts_not_indexed", "posts")
    _index_unindexed("NOT indexed")
    op.drop_index(op.f("ix_captures_warc_path"), "captures")
    op.drop_index(op.f("ix_posts_source_id_collected_at"), "posts")
    op.drop_column("models", "history_until")
    op.drop_index("ix_posts_unscored", "posts")
    op.drop_column("posts", "unscored")
