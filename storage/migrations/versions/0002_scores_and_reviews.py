"""What classifiers say of posts, what people decide about that, and what comes of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_scores_and_reviews"
down_revision = "0001_sources_and_posts"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
# In the order in which they refer to each other.
TABLES = (
    "models",
    "scores",
    "flags",
    "reviews",
    "evidence",
    "corrections",
    "reports",
)


def upgrade() -> None:
    """Bring the tables forward."""
    _create_models()
    _create_scores()
    _create_flags()
    _create_reviews()
    _create_evidence()
    _create_corrections()
    _create_reports()
    _keep_reviews()


def downgrade() -> None:
    """Take the tables back; their indexes and triggers go with them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_models() -> None:
    op.create_table(
        "models",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column(
            "data_hash", sa.String(length=64), nullable=False, comment="of the posts and labels it was trained on"
        ),
        sa.Column("metrics", JSON, nullable=False),
        sa.Column("thresholds", JSON, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('candidate', 'shadow', 'active', 'retired')", name=op.f("ck_models_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("version", name=op.f("uq_models_version")),
    )


def _create_scores() -> None:
    op.create_table(
        "scores",
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("revision_number", KEY, nullable=False),
        sa.Column("model_id", KEY, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.CheckConstraint("probability >= 0 AND probability <= 1", name=op.f("ck_scores_probability")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_scores_model_id_models"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_scores_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "revision_number", "model_id", "label", name=op.f("pk_scores")),
    )
    op.create_index(op.f("ix_scores_model_id"), "scores", ["model_id"])


def _create_flags() -> None:
    op.create_table(
        "flags",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("revision_number", KEY, nullable=False, comment="the version of the post that is flagged"),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("model_id", KEY, nullable=False),
        sa.Column("reasons", JSON, nullable=False, comment="[[words, weight], ...], strongest first"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("lease_owner", sa.String(length=100), nullable=True, comment="who is looking at it now"),
        sa.Column("lease_until", TIME, nullable=True),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'rejected', 'unsure')", name=op.f("ck_flags_state")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_flags_model_id_models"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_flags_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint("post_id", "label", name=op.f("uq_flags_post_id_label")),
    )
    op.create_index(op.f("ix_flags_model_id"), "flags", ["model_id"])
    op.create_index(op.f("ix_flags_opened_at"), "flags", ["opened_at"])
    op.create_index(op.f("ix_flags_state_probability"), "flags", ["state", "probability"])


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("flag_id", KEY, nullable=False),
        sa.Column("reviewer_id", KEY, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", JSON, nullable=False, comment="addresses that support the decision"),
        sa.Column("revision_number", KEY, nullable=False, comment="the version of the post that was judged"),
        sa.Column("decided_at", TIME, nullable=False),
        sa.CheckConstraint(
            "decision IN ('confirmed', 'rejected', 'unsure', 'reopened')", name=op.f("ck_reviews_decision")
        ),
        sa.ForeignKeyConstraint(["flag_id"], ["flags.id"], name=op.f("fk_reviews_flag_id_flags"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["users.id"], name=op.f("fk_reviews_reviewer_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_decided_at"), "reviews", ["decided_at"])
    op.create_index(op.f("ix_reviews_flag_id"), "reviews", ["flag_id"])
    op.create_index(op.f("ix_reviews_reviewer_id"), "reviews", ["reviewer_id"])


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("reference_id", KEY, nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False, comment="cosine, 0 to 1"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('suggested', 'confirmed', 'rejected')", name=op.f("ck_evidence_state")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_evidence_post_id_posts"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["reference_id"], ["posts.id"], name=op.f("fk_evidence_reference_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("post_id", "reference_id", name=op.f("uq_evidence_post_id_reference_id")),
    )
    op.create_index(op.f("ix_evidence_reference_id"), "evidence", ["reference_id"])


def _create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False, comment="a correction without a source is another rumour"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_corrections_author_id_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_corrections_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_author_id"), "corrections", ["author_id"])
    op.create_index(op.f("ix_corrections_post_id"), "corrections", ["post_id"])


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False, comment="ISO week, as 2026-W47"),
        sa.Column("schema_version", KEY, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_week"), "reports", ["week"])


def _keep_reviews() -> None:
    """Make the database itself refuse to change a decision; retention may still delete it with its post."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER reviews_append_only BEFORE UPDATE ON reviews "
            "FOR EACH ROW EXECUTE FUNCTION refuse_update()"  # made by the revision before
        )
    else:
        op.execute(
            "CREATE TRIGGER reviews_append_only BEFORE UPDATE ON reviews "
            "BEGIN SELECT RAISE(ABORT, 'rows of reviews are only ever added'); END"
        )
