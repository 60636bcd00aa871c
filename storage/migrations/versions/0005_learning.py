"""What learning from decisions needs: how models compared, which was put into use, and questions to people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_learning"
down_revision = "0004_erased_authors"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables forward."""
    for column in _model_columns():
        op.add_column("models", column)
    _create_questions()
    _create_answers()
    _keep_answers()


def downgrade() -> None:
    """Take the tables and columns back; indexes and triggers go with them."""
    for table in ("answers", "questions"):
        op.drop_table(table)
    for column in _model_columns():
        op.drop_column("models", column.name)


def _model_columns() -> list[sa.Column[object]]:
    """List what `models` gains; one by one, for recreating it on SQLite would delete every flag that refers to it."""
    return [
        sa.Column(
            "comparison", JSON, nullable=True, comment="figures beside the model that was active when it was learnt"
        ),
        sa.Column("promoted_at", TIME, nullable=True, comment="when a person put it into use; only of the one that is"),
        sa.Column("replaces", sa.String(length=200), nullable=True, comment="version of the model whose place it took"),
        sa.Column(
            "shadow_since", TIME, nullable=True, comment="posts collected from then on get its scores without flags"
        ),
    ]


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("revision_number", KEY, nullable=False, comment="the version of the post that is asked about"),
        sa.Column("why", sa.String(length=20), nullable=False, comment="how the post was drawn"),
        sa.Column("flagged", sa.Boolean(), nullable=False, comment="whether the model flagged it when it was drawn"),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("model_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("lease_owner", sa.String(length=100), nullable=True, comment="who is looking at it now"),
        sa.Column("lease_until", TIME, nullable=True),
        sa.CheckConstraint("why IN ('uncertain', 'random')", name=op.f("ck_questions_why")),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'rejected', 'unsure')", name=op.f("ck_questions_state")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_questions_model_id_models"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_questions_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("post_id", "label", name=op.f("uq_questions_post_id_label")),
    )
    op.create_index(op.f("ix_questions_model_id"), "questions", ["model_id"])
    op.create_index(op.f("ix_questions_state"), "questions", ["state"])


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("question_id", KEY, nullable=False),
        sa.Column("reviewer_id", KEY, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.CheckConstraint("decision IN ('confirmed', 'rejected', 'unsure')", name=op.f("ck_answers_decision")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_answers_question_id_questions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["users.id"], name=op.f("fk_answers_reviewer_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_question_id"), "answers", ["question_id"])
    op.create_index(op.f("ix_answers_reviewer_id"), "answers", ["reviewer_id"])


def _keep_answers() -> None:
    """Make the database itself refuse to change an answer; retention may still delete it with its post."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER answers_append_only BEFORE UPDATE ON answers "
            "FOR EACH ROW EXECUTE FUNCTION refuse_update()"  # made by the first revision
        )
    else:
        op.execute(
            "CREATE TRIGGER answers_append_only BEFORE UPDATE ON answers "
            "BEGIN SELECT RAISE(ABORT, 'rows of answers are only ever added'); END"
        )
