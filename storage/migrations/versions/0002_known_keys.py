"""The check values of the keys with which authors were made pseudonyms."""

import sqlalchemy as sa
from alembic import op

from storage.base import UtcDateTime

revision = "0002_known_keys"
down_revision = "0001_all_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "known_keys",
        sa.Column("check_value", sa.String(64), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("check_value", name="pk_known_keys"),
    )
