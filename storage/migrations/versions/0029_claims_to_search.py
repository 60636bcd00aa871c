"""The index of claims for which evidence was not looked for is one that SQLite takes."""

import sqlalchemy as sa
from alembic import op

revision = "0029_claims_to_search"
down_revision = "0028_desk_indexes"
branch_labels = None
depends_on = None

NAME = "ix_flags_not_searched"
WAITING = sa.text("label = 'unverified' AND state = 'open' AND searched_at IS NULL")


def upgrade() -> None:
    """Bring the tables forward."""
    _index("label", "state", "post_id")


def downgrade() -> None:
    """Take them back."""
    _index("post_id")


def _index(*columns: str) -> None:
    op.drop_index(NAME, "flags")
    op.create_index(NAME, "flags", columns, sqlite_where=WAITING, postgresql_where=WAITING)
