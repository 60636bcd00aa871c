"""Thresholds that people set, and which scores lay in the band below them."""

import sqlalchemy as sa
from alembic import op

revision = "0006_thresholds"
down_revision = "0005_learning"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "thresholds",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False, comment="* stands for all labels"),
        sa.Column("source_kind", sa.String(length=40), nullable=False, comment="* stands for all kinds"),
        sa.Column("aim", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Float(), nullable=False, comment="precision, probability, or flags a day"),
        sa.Column("floor", sa.Float(), nullable=True, comment="of a budget: the least precision it may come to"),
        sa.Column(
            "shift", sa.Float(), nullable=True, comment="of a budget: by how much it moves all thresholds, in log-odds"
        ),
        sa.Column("model_version", sa.String(length=200), nullable=False, comment="the model in use when it was set"),
        sa.Column("set_at", TIME, nullable=False),
        sa.CheckConstraint("aim IN ('precision', 'probability', 'budget')", name=op.f("ck_thresholds_aim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thresholds")),
        sa.UniqueConstraint("label", "source_kind", name=op.f("uq_thresholds_label_source_kind")),
    )
    # Older scores keep no answer: whether they lay in a band was never asked.
    op.add_column(
        "scores", sa.Column("unsure", sa.Boolean(), nullable=True, comment="in the band below the threshold of its day")
    )


def downgrade() -> None:
    """Take table and column back."""
    op.drop_column("scores", "unsure")
    op.drop_table("thresholds")
