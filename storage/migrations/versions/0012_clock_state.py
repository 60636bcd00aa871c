"""The newest trusted time is kept, so that a jump of the clock is seen before anything is deleted by it."""

import sqlalchemy as sa
from alembic import op

revision = "0012_clock_state"
down_revision = "0011_hash_chains"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; the row is made at the first look at the clock."""
    op.create_table(
        "clock_state",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "trusted_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the newest time that was no jump, or that a person confirmed",
        ),
        sa.Column(
            "jumped_to",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the time that nobody has confirmed yet",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_state")),
    )


def downgrade() -> None:
    """Take the table back."""
    op.drop_table("clock_state")
