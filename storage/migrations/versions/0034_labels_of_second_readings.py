"""A second reading keeps the label that it is about, so that readings are counted without looking for their flags."""

import sqlalchemy as sa
from alembic import op

revision = "0034_labels_of_second_readings"
down_revision = "0033_dates_of_a_label"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("second_readings", sa.Column("label", sa.String(length=40), nullable=True))
    op.execute(
        "UPDATE second_readings SET label = (SELECT flags.label FROM flags WHERE flags.id = second_readings.flag_id)"
    )
    with op.batch_alter_table("second_readings") as readings:
        readings.alter_column("label", existing_type=sa.String(length=40), nullable=False)


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("second_readings") as readings:
        readings.drop_column("label")
