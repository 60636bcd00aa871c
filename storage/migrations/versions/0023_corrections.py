"""Corrections are written by one person and released by another; what was done about them is only added."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0023_corrections"
down_revision = "0022_unscored"
branch_labels = None
depends_on = None

KEY: TypeEngine[Any] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
EVENTS = "correction_events"
BEFORE = ("reviews", "answers", "case_events")
"""Tables whose rows may be deleted once a redaction keeps their place."""
STATES = "state IN ('draft', 'returned', 'released', 'replaced', 'withdrawn')"
KINDS = "kind IN ('written', 'returned', 'released', 'replaced', 'withdrawn')"


def upgrade() -> None:
    """Bring the tables forward. The former table was written by no version of the program."""
    op.drop_table("corrections")
    op.create_table(
        "corrections",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("flag_id", KEY, nullable=True, comment="whose claim it answers, while it exists"),
        sa.Column("replaces_id", KEY, nullable=True, comment="the correction that it corrects"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("written_by", KEY, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("released_at", TIME, nullable=True),
        sa.Column("changed_at", TIME, nullable=False, comment="when its newest event was added"),
        sa.CheckConstraint(STATES, name=op.f("ck_corrections_state")),
        _refers("corrections", "flag_id", "flags", "SET NULL"),
        _refers("corrections", "replaces_id", "corrections", "RESTRICT"),
        _refers("corrections", "written_by", "users", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    for column in ("flag_id", "replaces_id", "state", "released_at"):
        op.create_index(op.f(f"ix_corrections_{column}"), "corrections", [column])
    _create_events()
    heads = sa.table("chain_heads", *(sa.column(name) for name in ("table_name", "chain_position", "chain_hash")))
    op.execute(sa.insert(heads).values(table_name=EVENTS, chain_position=0, chain_hash="0" * 64))
    _allow_redactions_of((*BEFORE, EVENTS))
    _guard_events()


def downgrade() -> None:
    """Take the tables back; corrections are lost."""
    _allow_redactions_of(BEFORE)
    for table in ("redactions", "chain_heads"):
        op.execute(f"DROP TRIGGER {table}_kept{f' ON {table}' if _on_postgresql() else ''}")
        op.execute(f"DELETE FROM {table} WHERE table_name = '{EVENTS}'")  # noqa: S608  constants
        _refuse_deletion(table, "")
    op.drop_table(EVENTS)
    op.drop_table("corrections")
    comment = "a correction without a source is another rumour"
    op.create_table(
        "corrections",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False, comment=comment),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        _refers("corrections", "author_id", "users", "RESTRICT"),
        _refers("corrections", "post_id", "posts", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    for column in ("author_id", "post_id"):
        op.create_index(op.f(f"ix_corrections_{column}"), "corrections", [column])


def _refers(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _create_events() -> None:
    salt = "random; once the row is deleted, its hash says nothing about what it held"
    claim = "in the office's words; this and the next: of `written`"
    source = "a correction without a source is another rumour"
    op.create_table(
        EVENTS,
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("correction_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="why it was sent back or withdrawn"),
        sa.Column("claim", sa.Text(), nullable=True, comment=claim),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("text", sa.Text(), nullable=True, comment="what is true"),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True, comment=source),
        sa.Column("at", TIME, nullable=False),
        sa.Column("chain_position", KEY, nullable=True, comment="1 is the first row of the chain"),
        sa.Column("chain_previous", sa.String(length=64), nullable=True, comment="hash of the row before"),
        sa.Column("chain_salt", sa.String(length=32), nullable=True, comment=salt),
        sa.Column("chain_hash", sa.String(length=64), nullable=True, comment="SHA-256 of all the row holds"),
        sa.CheckConstraint(KINDS, name=op.f(f"ck_{EVENTS}_kind")),
        sa.CheckConstraint("verdict IN ('false', 'misleading', 'unfounded')", name=op.f(f"ck_{EVENTS}_verdict")),
        _refers(EVENTS, "correction_id", "corrections", "RESTRICT"),
        _refers(EVENTS, "user_id", "users", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{EVENTS}")),
    )
    for column, unique in (("correction_id", False), ("at", False), ("chain_position", True)):
        op.create_index(op.f(f"ix_{EVENTS}_{column}"), EVENTS, [column], unique=unique)


def _on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _allow_redactions_of(tables: tuple[str, ...]) -> None:
    """Let rows of these tables, and of no others, be deleted once a redaction keeps their place."""
    new = "t.chain_position = NEW.chain_position AND t.chain_hash = NEW.chain_hash"
    live = " OR ".join(
        f"(NEW.table_name = '{table}' AND EXISTS (SELECT 1 FROM {table} t WHERE {new}))"  # noqa: S608  constants
        for table in tables
    )
    if not _on_postgresql():
        op.execute("DROP TRIGGER redactions_added")
        known = "r.table_name = NEW.table_name AND r.chain_position = NEW.chain_position"
        known = f"EXISTS (SELECT 1 FROM redactions r WHERE {known})"  # noqa: S608  constants
        _refuse_sqlite("redactions_added BEFORE INSERT ON redactions", f"WHEN {known} OR NOT ({live})")
        return
    deleted = (
        f"IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ({', '.join(repr(table) for table in tables)}) AND EXISTS ("  # noqa: S608
        "SELECT 1 FROM redactions r WHERE r.table_name = TG_TABLE_NAME AND r.chain_position = OLD.chain_position "
        "AND r.chain_hash = OLD.chain_hash) THEN RETURN OLD; END IF; "
    )
    for function, allowed in (("refuse_delete", deleted), ("refuse_redaction", f"IF {live} THEN RETURN NEW; END IF; ")):
        said = "RAISE EXCEPTION 'rows of % are deleted by retention and erasure alone', TG_TABLE_NAME;"
        body = f"RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {allowed}{said} END $$"
        op.execute(f"CREATE OR REPLACE FUNCTION {function}() {body}")


def _guard_events() -> None:
    """Let events only be added."""
    action = (
        "FOR EACH ROW EXECUTE FUNCTION refuse_update()"
        if _on_postgresql()
        else f"BEGIN SELECT RAISE(ABORT, 'rows of {EVENTS} are only ever added'); END"
    )
    op.execute(f"CREATE TRIGGER {EVENTS}_append_only BEFORE UPDATE ON {EVENTS} {action}")
    same = f"r.table_name = '{EVENTS}' AND r.chain_position = OLD.chain_position AND r.chain_hash = OLD.chain_hash"
    _refuse_deletion(EVENTS, f"WHEN NOT EXISTS (SELECT 1 FROM redactions r WHERE {same})")  # noqa: S608  constants
    if _on_postgresql():
        for rule, when, function in (
            ("whole", f"BEFORE TRUNCATE ON {EVENTS} FOR EACH STATEMENT", "refuse_delete"),
            ("added", f"BEFORE INSERT ON {EVENTS} FOR EACH ROW", "refuse_insert"),
        ):
            op.execute(f"CREATE TRIGGER {EVENTS}_{rule} {when} EXECUTE FUNCTION {function}()")
        return
    there = "t.id = NEW.id OR t.chain_position = NEW.chain_position"
    unchained = f"WHEN NEW.chain_hash IS NULL OR EXISTS (SELECT 1 FROM {EVENTS} t WHERE {there})"  # noqa: S608
    _refuse_sqlite(f"{EVENTS}_added BEFORE INSERT ON {EVENTS}", unchained)


def _refuse_deletion(table: str, condition: str) -> None:
    if _on_postgresql():
        each = "FOR EACH ROW EXECUTE FUNCTION refuse_delete()"
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {each}")
    else:
        _refuse_sqlite(f"{table}_kept BEFORE DELETE ON {table}", condition)


def _refuse_sqlite(when: str, condition: str) -> None:
    said = "rows of append-only tables are deleted by retention and erasure alone"
    op.execute(f"CREATE TRIGGER {when} {condition} BEGIN SELECT RAISE(ABORT, '{said}'); END")
