"""Second readings, assignments, and notes at the end of a shift."""

import sqlalchemy as sa
from alembic import op

revision = "0018_teamwork"
down_revision = "0017_finer_decisions"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward."""
    _create_second_readings()
    op.create_table(
        "assignments",
        sa.Column("flag_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("assigned_by", KEY, nullable=False),
        sa.Column("assigned_at", TIME, nullable=False),
        _of_flag("assignments"),
        _of_user("assignments", "user_id"),
        _of_user("assignments", "assigned_by"),
        sa.PrimaryKeyConstraint("flag_id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_user_id"), "assignments", ["user_id"])
    op.create_table(
        "handovers",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        _of_user("handovers", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(op.f("ix_handovers_user_id"), "handovers", ["user_id"])
    op.create_index(op.f("ix_handovers_written_at"), "handovers", ["written_at"])
    op.create_table(
        "mention_marks",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("seen_until", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mention_marks_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_mention_marks")),
    )


def _create_second_readings() -> None:
    op.create_table(
        "second_readings",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("flag_id", KEY, nullable=False),
        sa.Column("revision_number", KEY, nullable=False, comment="the version of the post that both judged"),
        sa.Column("review_id", KEY, nullable=False, comment="the first decision"),
        sa.Column("reader_id", KEY, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("settled_by", KEY, nullable=True, comment="the decision of a third person, where the two differed"),
        _of_flag("second_readings"),
        _of_user("second_readings", "reader_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_readings")),
        sa.UniqueConstraint("flag_id", "revision_number", name=op.f("uq_second_readings_flag_id_revision_number")),
    )
    op.create_index(op.f("ix_second_readings_reader_id"), "second_readings", ["reader_id"])
    op.create_index(op.f("ix_second_readings_decided_at"), "second_readings", ["decided_at"])


def _of_flag(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_flag_id_flags")
    return sa.ForeignKeyConstraint(["flag_id"], ["flags.id"], name=name, ondelete="CASCADE")


def _of_user(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_users")
    return sa.ForeignKeyConstraint([column], ["users.id"], name=name, ondelete="RESTRICT")


def downgrade() -> None:
    """Take the tables back."""
    for table in ("mention_marks", "handovers", "assignments", "second_readings"):
        op.drop_table(table)
