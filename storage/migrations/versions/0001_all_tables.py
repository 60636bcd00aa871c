"""All tables of the first release, with what the database itself holds."""

from alembic import op

from storage.migrations.initial import desk, posts, rules  # noqa: F401  two of them fill TABLES
from storage.migrations.initial.columns import TABLES

revision = "0001_all_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    TABLES.create_all(op.get_bind(), checkfirst=False)
    rules.create_search_index()
    rules.guard_append_only_tables()
