"""All tables of the first release, with what the database itself holds."""

from storage.migrations.initial import desk, outbox, posts, rules

revision = "0001_all_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    posts.create_tables()
    desk.create_tables()
    outbox.create_tables()
    rules.create_search_index()
    rules.guard_append_only_tables()
