"""The flags of a label within some dates are counted in an index."""

from alembic import op

revision = "0033_dates_of_a_label"
down_revision = "0032_dates_of_a_source"
branch_labels = None
depends_on = None

NEW = "ix_flags_label_dated"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index(NEW, "flags", ["label", "dated"])


def downgrade() -> None:
    """Take them back."""
    op.drop_index(NEW, "flags")
