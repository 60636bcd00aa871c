"""Hosts are taken for each request, so that of several programs one alone asks them at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0008_host_leases"
down_revision = "0007_date_precision"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table forward."""
    op.add_column(
        "host_state",
        sa.Column("lease_owner", sa.String(length=64), nullable=True, comment="the program that asks it just now"),
    )
    op.add_column(
        "host_state",
        sa.Column(
            "lease_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when others may ask it even if that program died",
        ),
    )


def downgrade() -> None:
    """Take the columns back."""
    op.drop_column("host_state", "lease_until")
    op.drop_column("host_state", "lease_owner")
