"""Three columns get names that say what they hold."""

from alembic import op

revision = "0009_plain_names"
down_revision = "0008_host_leases"
branch_labels = None
depends_on = None

RENAMED = (
    ("questions", "why", "sampling"),
    ("robots_copies", "place", "url"),
    ("rechecks", "looked_at", "checked_at"),
)


def upgrade() -> None:
    """Give the columns their new names."""
    for table, old, new in RENAMED:
        _rename(table, old, new)


def downgrade() -> None:
    """Give the columns their old names."""
    for table, old, new in RENAMED:
        _rename(table, new, old)


def _rename(table: str, old: str, new: str) -> None:
    # On SQLite, Alembic's own rename copies the table and drops the old one, which deletes the rows that refer to it.
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
