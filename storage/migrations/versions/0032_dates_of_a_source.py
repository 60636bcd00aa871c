"""The posts of some sources within some dates are found by an index."""

from alembic import op

revision = "0032_dates_of_a_source"
down_revision = "0031_overview_indexes"
branch_labels = None
depends_on = None

NEW = "ix_search_texts_source_id_dated_post_id"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index(NEW, "search_texts", ["source_id", "dated", "post_id"])


def downgrade() -> None:
    """Take them back."""
    op.drop_index(NEW, "search_texts")
