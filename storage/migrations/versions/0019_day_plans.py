"""Plans of a day's work for each reviewer."""

import sqlalchemy as sa
from alembic import op

revision = "0019_day_plans"
down_revision = "0018_teamwork"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    drawn = "open flags without reach, from which the random ones were drawn"
    op.create_table(
        "day_plans",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="in Vietnam"),
        sa.Column("reviewer_id", KEY, nullable=False),
        sa.Column("seed", KEY, nullable=False, comment="of the flags drawn at random"),
        sa.Column("left_out", KEY, nullable=False, comment=drawn),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["users.id"], name=op.f("fk_day_plans_reviewer_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_plans")),
        sa.UniqueConstraint("day", "reviewer_id", name=op.f("uq_day_plans_day_reviewer_id")),
    )
    op.create_table(
        "day_items",
        sa.Column("plan_id", KEY, autoincrement=False, nullable=False),
        sa.Column("position", KEY, autoincrement=False, nullable=False, comment="from 0"),
        sa.Column("flag_id", KEY, nullable=False),
        sa.Column(
            "sampling",
            sa.String(length=20),
            nullable=False,
            comment="chosen by what its decision is worth, or at random",
        ),
        sa.CheckConstraint("sampling IN ('worth', 'random')", name=op.f("ck_day_items_sampling")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["day_plans.id"], name=op.f("fk_day_items_plan_id_day_plans"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["flag_id"], ["flags.id"], name=op.f("fk_day_items_flag_id_flags"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "position", name=op.f("pk_day_items")),
    )
    op.create_index(op.f("ix_day_items_flag_id"), "day_items", ["flag_id"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("day_items")
    op.drop_table("day_plans")
