"""Evidence is marked for or against a claim, fact-checks keep a verdict, notes are found, filters have indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0027_evidence_marks"
down_revision = "0026_alerts"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "state IN ('suggested', 'confirmed', 'rejected')"
AFTER = "state IN ('suggested', 'supports', 'refutes', 'unrelated')"
# A person had said that a reference bears on the claim, not in which way: that is asked anew.
FORWARD = {"confirmed": "suggested", "rejected": "unrelated"}
BACK = {"supports": "confirmed", "refutes": "confirmed", "unrelated": "rejected"}


def upgrade() -> None:
    """Bring the tables forward."""
    _change_states(AFTER, FORWARD)
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("marked_by", KEY, nullable=True, comment="who said how it bears on the claim"))
        evidence.add_column(sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True))
        evidence.create_foreign_key(
            op.f("fk_evidence_marked_by_users"), "users", ["marked_by"], ["id"], ondelete="RESTRICT"
        )
    op.create_index(op.f("ix_evidence_marked_by"), "evidence", ["marked_by"])
    op.create_table(
        "fact_checks",
        sa.Column("post_id", KEY, autoincrement=False, nullable=False),
        sa.Column("claim", sa.Text(), nullable=False, comment="the claim in the words of the check"),
        sa.Column("verdict", sa.Text(), nullable=False, comment="in the words of the check"),
        sa.Column("bears", sa.String(length=20), nullable=False, comment="'refutes', 'supports' or 'unclear'"),
        sa.Column("outlet", sa.Text(), nullable=False, comment="who checked"),
        sa.CheckConstraint("bears IN ('refutes', 'supports', 'unclear')", name=op.f("ck_fact_checks_bears")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_fact_checks_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_fact_checks")),
    )
    op.create_table(
        "search_notes",
        sa.Column("review_id", KEY, autoincrement=False, nullable=False),
        sa.Column("post_id", KEY, nullable=False, comment="the post that was decided on"),
        sa.Column("accented", sa.Text(), nullable=False, comment="normalised syllables, separated by spaces"),
        sa.Column("bare", sa.Text(), nullable=False, comment="the same syllables without diacritics"),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_search_notes_review_id_reviews"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_search_notes")),
    )
    op.create_index(op.f("ix_search_notes_post_id"), "search_notes", ["post_id"])
    first = "1: refuted, looked at first; -1: well sourced, looked at last"
    op.add_column("flags", sa.Column("priority", KEY, server_default="0", nullable=False, comment=first))
    looked = "when evidence for the claim was last looked for"
    op.add_column("flags", sa.Column("searched_at", sa.DateTime(timezone=True), nullable=True, comment=looked))
    waiting = sa.text("label = 'unverified' AND state = 'open' AND searched_at IS NULL")
    op.create_index("ix_flags_not_searched", "flags", ["post_id"], sqlite_where=waiting, postgresql_where=waiting)
    op.drop_index("ix_flags_label_state", "flags")  # the new ones begin with its columns
    op.drop_index("ix_search_texts_source_id", "search_texts")
    op.create_index("ix_flags_label_state_post_id", "flags", ["label", "state", "post_id"])
    op.create_index("ix_search_texts_source_id_post_id", "search_texts", ["source_id", "post_id"])
    op.create_index("ix_search_texts_dated_post_id", "search_texts", ["dated", "post_id"])


def downgrade() -> None:
    """Take the tables back; verdicts of fact-checks are lost."""
    for index, table in (
        ("ix_search_texts_dated_post_id", "search_texts"),
        ("ix_search_texts_source_id_post_id", "search_texts"),
        ("ix_flags_label_state_post_id", "flags"),
        ("ix_flags_not_searched", "flags"),
    ):
        op.drop_index(index, table)
    op.create_index("ix_search_texts_source_id", "search_texts", ["source_id"])
    op.create_index("ix_flags_label_state", "flags", ["label", "state"])
    op.drop_column("flags", "searched_at")
    op.drop_column("flags", "priority")
    op.drop_table("search_notes")
    op.drop_table("fact_checks")
    op.drop_index(op.f("ix_evidence_marked_by"), "evidence")
    with op.batch_alter_table("evidence") as evidence:
        evidence.drop_constraint(op.f("fk_evidence_marked_by_users"), type_="foreignkey")
        evidence.drop_column("marked_at")
        evidence.drop_column("marked_by")
    _change_states(BEFORE, BACK)


def _change_states(check: str, states: dict[str, str]) -> None:
    with op.batch_alter_table("evidence") as evidence:
        evidence.drop_constraint(op.f("ck_evidence_state"), type_="check")
    for before, after in states.items():
        change = sa.text("UPDATE evidence SET state = :after WHERE state = :before")
        op.execute(change.bindparams(after=after, before=before))
    with op.batch_alter_table("evidence") as evidence:
        evidence.create_check_constraint(op.f("ck_evidence_state"), check)
