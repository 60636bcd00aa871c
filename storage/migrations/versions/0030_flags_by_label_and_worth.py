"""The open flags of a label are found in the order of their worth."""

from alembic import op

revision = "0030_flags_by_label_and_worth"
down_revision = "0029_claims_to_search"
branch_labels = None
depends_on = None

INDEX = "ix_flags_label_state_worth_reach_id"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index(INDEX, "flags", ["label", "state", "worth", "reach", "id"])


def downgrade() -> None:
    """Take them back."""
    op.drop_index(INDEX, "flags")
