"""The index of reviews that were taken back holds these alone.

Most reviews take nothing back. With an index of all of them SQLite's statistics say that one value fills it, so that
the question whether a review stands read the whole table, once for each review.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_withdrawn_reviews"
down_revision = "0024_queue"
branch_labels = None
depends_on = None

INDEX = "ix_reviews_withdraws"
TAKES_BACK = sa.text("withdraws IS NOT NULL")


def upgrade() -> None:
    """Make the index anew, of rows with a value."""
    op.drop_index(INDEX, "reviews")
    op.create_index(INDEX, "reviews", ["withdraws"], sqlite_where=TAKES_BACK, postgresql_where=TAKES_BACK)


def downgrade() -> None:
    """Make the former index, of all rows."""
    op.drop_index(INDEX, "reviews")
    op.create_index(INDEX, "reviews", ["withdraws"])
