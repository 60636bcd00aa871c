"""A flag names the source of its post, and what the desk counts and lists has indexes of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0028_desk_indexes"
down_revision = "0027_evidence_marks"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HELD = sa.text("lease_owner IS NOT NULL")
# Table, columns of the former index, and those of the one that takes its place.
WIDENED = (
    ("cases", ["state"], ["state", "changed_at"]),
    ("flags", ["state", "reach"], ["state", "reach", "id"]),
    ("posts", ["cluster_id"], ["cluster_id", "source_id"]),
    ("posts", ["published_at"], ["published_at", "collected_at", "source_id"]),
    ("posts", ["collected_at"], ["collected_at", "published_at", "source_id"]),
    ("reviews", ["reviewer_id"], ["reviewer_id", "decided_at"]),
)


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("flags", sa.Column("source_id", KEY, nullable=True, comment="of its post, which keeps its source"))
    op.execute("UPDATE flags SET source_id = (SELECT posts.source_id FROM posts WHERE posts.id = flags.post_id)")
    op.create_index("ix_flags_source_id_label_state", "flags", ["source_id", "label", "state"])
    op.create_index("ix_flags_lease_owner", "flags", ["lease_owner"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_index("ix_day_items_sampling_flag_id", "day_items", ["sampling", "flag_id"])
    for table, before, after in WIDENED:
        _replace(table, before, after)


def downgrade() -> None:
    """Take them back."""
    for table, before, after in WIDENED:
        _replace(table, after, before)
    op.drop_index("ix_day_items_sampling_flag_id", "day_items")
    op.drop_index("ix_flags_lease_owner", "flags")
    op.drop_index("ix_flags_source_id_label_state", "flags")
    op.drop_column("flags", "source_id")


def _replace(table: str, old: list[str], new: list[str]) -> None:
    op.drop_index("_".join(("ix", table, *old)), table)
    op.create_index("_".join(("ix", table, *new)), table, new)
