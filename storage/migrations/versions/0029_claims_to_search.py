"""Claims for which evidence was not looked for have an index that a planner takes whatever it knows of their number."""

import sqlalchemy as sa
from alembic import op

revision = "0029_claims_to_search"
down_revision = "0028_desk_indexes"
branch_labels = None
depends_on = None

COLUMNS = ["label", "state", "searched_at", "post_id"]
NAME = "_".join(("ix", "flags", *COLUMNS))


def upgrade() -> None:
    """Bring the tables forward."""
    op.drop_index("ix_flags_not_searched", "flags")
    op.create_index(NAME, "flags", COLUMNS)


def downgrade() -> None:
    """Take them back."""
    op.drop_index(NAME, "flags")
    waiting = sa.text("label = 'unverified' AND state = 'open' AND searched_at IS NULL")
    op.create_index("ix_flags_not_searched", "flags", ["post_id"], sqlite_where=waiting, postgresql_where=waiting)
