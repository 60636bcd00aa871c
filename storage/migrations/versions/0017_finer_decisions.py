"""Decisions say more, can be taken back and be taken on copies together; concerns become cases; quotes are chosen.

What `confirmed` and `rejected` meant is written as the decision of today that says the same of each label: a confirmed
claim named no source, a rejected one was no claim. Concerns confirmed before open no case: what was done about them is
not known. Reviews are chained anew. What was damaged before stays visible: a wrong hash or link is not mended.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

revision = "0017_finer_decisions"
down_revision = "0016_saved_searches"
branch_labels = None
depends_on = None

KEY: TypeEngine[Any] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON: TypeEngine[Any] = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
START = "0" * 64
OLD_CONTENT: dict[str, TypeEngine[Any]] = {
    "flag_id": KEY,
    "reviewer_id": KEY,
    "decision": sa.String(),
    "note": sa.Text(),
    "evidence": JSON,
    "revision_number": KEY,
    "decided_at": TIME,
}
ADDED = {
    "withdraws": "the review of this flag that it takes back",
    "batch": "the review of another copy it was decided with",
    "case_id": "the case that a concern belongs to",
}
CHAIN = {"chain_position": KEY, "chain_previous": sa.String(), "chain_salt": sa.String(), "chain_hash": sa.String()}
OLD_CHECK = "decision IN ('confirmed', 'rejected', 'unsure', 'reopened')"
NEW_CHECK = (
    "decision IN ('no_source', 'refuted', 'supported', 'not_a_claim', 'yes', 'no', 'unsure', 'reopened', 'withdrawn')"
)
KINDS = (
    "kind IN ('opened', 'described', 'noted', 'passed', 'answered', 'followed_up', 'settled', 'reopened', "
    "'withdrawn', 'restored')"
)
FORWARD = {
    ("confirmed", True): "no_source",
    ("rejected", True): "not_a_claim",
    ("confirmed", False): "yes",
    ("rejected", False): "no",
}
BACK = {
    "no_source": "confirmed",
    "refuted": "confirmed",
    "yes": "confirmed",
    "supported": "rejected",
    "not_a_claim": "rejected",
    "no": "rejected",
    "withdrawn": "reopened",
}


def upgrade() -> None:
    """Bring the tables forward."""
    _create_cases()
    _create_case_events()
    _create_quote_choices()
    _release_reviews()
    for name, comment in ADDED.items():
        op.add_column("reviews", sa.Column(name, KEY, nullable=True, comment=comment))
        op.create_index(op.f(f"ix_reviews_{name}"), "reviews", [name])
    _change_decisions(OLD_CHECK, NEW_CHECK, forward=True)
    _guard(("reviews", "answers", "case_events"))
    heads = sa.table("chain_heads", *(sa.column(name) for name in ("table_name", "chain_position", "chain_hash")))
    op.execute(sa.insert(heads).values(table_name="case_events", chain_position=0, chain_hash=START))
    _guard_events()


def downgrade() -> None:
    """Take columns and tables back. What was taken back counts as reopened; cases and choices are lost."""
    _release_reviews()
    _change_decisions(NEW_CHECK, OLD_CHECK, forward=False)
    for name in ADDED:
        op.drop_index(op.f(f"ix_reviews_{name}"), "reviews")
        op.drop_column("reviews", name)
    _guard(("reviews", "answers"))
    for table, rule in (("redactions", "kept"), ("chain_heads", "kept")):
        _drop_trigger(table, rule)
        op.execute(f"DELETE FROM {table} WHERE table_name = 'case_events'")  # noqa: S608  constants
        _refuse_deletion(table, "")
    op.drop_table("quote_choices")
    op.drop_table("case_events")
    op.drop_table("cases")


def _key() -> sa.Column[Any]:
    return sa.Column("id", KEY, autoincrement=True, nullable=False)


def _refers(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _create_cases() -> None:
    states = "state IN ('open', 'passed', 'answered', 'followed_up', 'settled', 'withdrawn')"
    op.create_table(
        "cases",
        _key(),
        sa.Column("flag_id", KEY, nullable=True, comment="the flag that opened it, while it exists"),
        sa.Column("topic", sa.String(length=40), nullable=False, comment="a name of concern_topics.toml"),
        sa.Column("place", sa.Text(), nullable=False, comment="in the reviewer's words; may be empty"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_by", KEY, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False, comment="when its newest event was added"),
        sa.CheckConstraint(states, name=op.f("ck_cases_state")),
        _refers("cases", "flag_id", "flags", "SET NULL"),
        _refers("cases", "opened_by", "users", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    for column in ("flag_id", "state", "opened_at"):
        op.create_index(op.f(f"ix_cases_{column}"), "cases", [column])


def _create_case_events() -> None:
    salt = "random; once the row is deleted, its hash says nothing about what it held"
    by = "the decision by which it came; None: done to the case itself"
    op.create_table(
        "case_events",
        _key(),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "passed_to", sa.Text(), nullable=False, comment="which office or person took it over; only of kind passed"
        ),
        sa.Column("topic", sa.String(length=40), nullable=True, comment="from then on; None: unchanged"),
        sa.Column("place", sa.Text(), nullable=True, comment="from then on; None: unchanged"),
        sa.Column("review_id", KEY, nullable=True, comment=by),
        sa.Column("at", TIME, nullable=False),
        sa.Column("chain_position", KEY, nullable=True, comment="1 is the first row of the chain"),
        sa.Column("chain_previous", sa.String(length=64), nullable=True, comment="hash of the row before"),
        sa.Column("chain_salt", sa.String(length=32), nullable=True, comment=salt),
        sa.Column("chain_hash", sa.String(length=64), nullable=True, comment="SHA-256 of all the row holds"),
        sa.CheckConstraint(KINDS, name=op.f("ck_case_events_kind")),
        _refers("case_events", "case_id", "cases", "RESTRICT"),
        _refers("case_events", "user_id", "users", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    for column, unique in (("case_id", False), ("at", False), ("chain_position", True)):
        op.create_index(op.f(f"ix_case_events_{column}"), "case_events", [column], unique=unique)


def _create_quote_choices() -> None:
    op.create_table(
        "quote_choices",
        sa.Column("flag_id", KEY, autoincrement=False, nullable=False),
        sa.Column("revision_number", KEY, nullable=False, comment="the version of the post that was chosen"),
        sa.Column("chosen_by", KEY, nullable=False),
        sa.Column("chosen_at", TIME, nullable=False),
        _refers("quote_choices", "flag_id", "flags", "CASCADE"),
        _refers("quote_choices", "chosen_by", "users", "RESTRICT"),
        sa.PrimaryKeyConstraint("flag_id", name=op.f("pk_quote_choices")),
    )
    op.create_index(op.f("ix_quote_choices_chosen_at"), "quote_choices", ["chosen_at"])


def _on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _drop_trigger(table: str, rule: str) -> None:
    op.execute(f"DROP TRIGGER {table}_{rule}{f' ON {table}' if _on_postgresql() else ''}")


def _release_reviews() -> None:
    """Let reviews and redactions be rewritten until `_guard` refuses it again."""
    for table in ("reviews", "redactions"):
        _drop_trigger(table, "append_only")


def _change_decisions(old: str, new: str, *, forward: bool) -> None:
    if _on_postgresql():
        op.execute("ALTER TABLE reviews DROP CONSTRAINT ck_reviews_decision")
        _rewrite_reviews(forward=forward)
        op.execute(f"ALTER TABLE reviews ADD CONSTRAINT ck_reviews_decision CHECK ({new})")
        return
    # SQLite cannot change a constraint: https://www.sqlite.org/lang_altertable.html says how the text of the schema is.
    quoted = [text.replace("'", "''") for text in (old, new)]
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(sql, '{quoted[0]}', '{quoted[1]}') "  # noqa: S608  constants
        "WHERE type = 'table' AND name = 'reviews'"
    )
    op.execute("PRAGMA writable_schema = RESET")
    _rewrite_reviews(forward=forward)


def _rewrite_reviews(*, forward: bool) -> None:
    """Write each decision in the other words, and chain the reviews anew in their order."""
    connection = op.get_bind()
    old_names = list(OLD_CONTENT) if forward else [*OLD_CONTENT, *ADDED]
    new_names = [*OLD_CONTENT, *ADDED] if forward else list(OLD_CONTENT)
    kinds = {**OLD_CONTENT, **dict.fromkeys(ADDED, KEY), **CHAIN}
    reviews = sa.table("reviews", sa.column("id", KEY), *(sa.column(name, kind) for name, kind in kinds.items()))
    flags = sa.table("flags", sa.column("id", KEY), sa.column("label", sa.String()))
    gone = sa.table(
        "redactions", sa.column("table_name", sa.String()), *(sa.column(name, kind) for name, kind in CHAIN.items())
    )
    query = sa.select(reviews, flags.c.label).join(flags, flags.c.id == reviews.c.flag_id)
    rows: list[dict[str, Any]] = [dict(row) for row in connection.execute(query).mappings()]
    where = gone.c.table_name == "reviews"
    columns = (gone.c.chain_position, gone.c.chain_previous, gone.c.chain_hash)
    rows += [dict(row) for row in connection.execute(sa.select(*columns).where(where)).mappings()]
    before, after = START, START
    for row in sorted(rows, key=lambda row: (row["chain_position"] is None, row["chain_position"])):
        # A link or a hash that was wrong stays wrong, so that whoever checks the chain sees it as before.
        previous = after if row["chain_previous"] == before else row["chain_previous"]
        before = row["chain_hash"]
        if "id" not in row:
            this = where & (gone.c.chain_position == row["chain_position"])
            connection.execute(sa.update(gone).where(this).values(chain_previous=previous))
            after = before
            continue
        was_right = row["chain_hash"] == _hash(row, old_names, row["chain_previous"])
        row["decision"] = _in_other_words(row, forward=forward)
        after = _hash(row, new_names, previous) if was_right else row["chain_hash"]
        changed = {"decision": row["decision"], "chain_previous": previous, "chain_hash": after}
        connection.execute(sa.update(reviews).where(reviews.c.id == row["id"]).values(**changed))
    heads = sa.table("chain_heads", *(sa.column(name) for name in ("table_name", "chain_hash")))
    mine = (heads.c.table_name == "reviews") & (heads.c.chain_hash == before)
    connection.execute(sa.update(heads).where(mine).values(chain_hash=after))
    if before != after:
        _note(connection, len(rows), before, after)


def _in_other_words(row: dict[str, Any], *, forward: bool) -> str:
    decision: str = row["decision"]
    if forward:
        return FORWARD.get((decision, row["label"] == "unverified"), decision)
    return BACK.get(decision, decision)


def _hash(row: dict[str, Any], names: list[str], previous: str | None) -> str:
    content = {name: _plain(row[name]) for name in names}
    return _digest("reviews", row["chain_position"], previous, row["chain_salt"], content)


def _digest(table: str, position: int, previous: str | None, salt: str | None, content: dict[str, Any]) -> str:
    whole = json.dumps([table, position, previous, salt, content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)  # SQLite stores no zone
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def _note(connection: sa.Connection, rows: int, before: str, after: str) -> None:
    """Tell the audit trail, whose own chain goes on, that the reviews' chain was written anew."""
    names = ("table_name", "chain_position", "chain_hash")
    heads = sa.table("chain_heads", *(sa.column(name) for name in names))
    mine = heads.c.table_name == "audit_events"
    position, previous = connection.execute(sa.select(heads.c.chain_position, heads.c.chain_hash).where(mine)).one()
    detail = {"rows": rows, "hash_before": before, "hash_after": after, "revision": revision}
    event = {"at": datetime.now(UTC), "user_id": None, "action": "reviews.rewritten", "subject": "reviews"}
    content = {name: _plain(value) for name, value in event.items()} | {"detail": detail}
    salt = secrets.token_hex(16)
    digest = _digest("audit_events", position + 1, previous, salt, content)
    kinds = {"at": TIME, "user_id": KEY, "action": sa.String(), "subject": sa.Text(), "detail": JSON, **CHAIN}
    events = sa.table("audit_events", *(sa.column(name, kind) for name, kind in kinds.items()))
    chained = {"chain_position": position + 1, "chain_previous": previous, "chain_salt": salt, "chain_hash": digest}
    connection.execute(sa.insert(events).values(**event, detail=detail, **chained))
    connection.execute(sa.update(heads).where(mine).values(chain_position=position + 1, chain_hash=digest))


def _guard(tables: tuple[str, ...]) -> None:
    """Refuse changes again; rows of `tables` may be deleted once a redaction keeps their place."""
    for table in ("reviews", "redactions"):
        _refuse_updates(table)
    new = "t.chain_position = NEW.chain_position AND t.chain_hash = NEW.chain_hash"
    live = " OR ".join(
        f"(NEW.table_name = '{table}' AND EXISTS (SELECT 1 FROM {table} t WHERE {new}))"  # noqa: S608  constants
        for table in tables
    )
    if not _on_postgresql():
        _drop_trigger("redactions", "added")
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
    """Let events of cases only be added."""
    _refuse_updates("case_events")
    same = "r.table_name = 'case_events' AND r.chain_position = OLD.chain_position AND r.chain_hash = OLD.chain_hash"
    _refuse_deletion(
        "case_events",
        f"WHEN NOT EXISTS (SELECT 1 FROM redactions r WHERE {same})",  # noqa: S608  constants
    )
    if _on_postgresql():
        for rule, when, function in (
            ("whole", "BEFORE TRUNCATE ON case_events FOR EACH STATEMENT", "refuse_delete"),
            ("added", "BEFORE INSERT ON case_events FOR EACH ROW", "refuse_insert"),
        ):
            op.execute(f"CREATE TRIGGER case_events_{rule} {when} EXECUTE FUNCTION {function}()")
        return
    there = "t.id = NEW.id OR t.chain_position = NEW.chain_position"
    unchained = f"WHEN NEW.chain_hash IS NULL OR EXISTS (SELECT 1 FROM case_events t WHERE {there})"  # noqa: S608
    _refuse_sqlite("case_events_added BEFORE INSERT ON case_events", unchained)


def _refuse_updates(table: str) -> None:
    action = (
        "FOR EACH ROW EXECUTE FUNCTION refuse_update()"
        if _on_postgresql()
        else f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
    )
    op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} {action}")


def _refuse_deletion(table: str, condition: str) -> None:
    if _on_postgresql():
        each = "FOR EACH ROW EXECUTE FUNCTION refuse_delete()"
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {each}")
    else:
        _refuse_sqlite(f"{table}_kept BEFORE DELETE ON {table}", condition)


def _refuse_sqlite(when: str, condition: str) -> None:
    said = "rows of append-only tables are deleted by retention and erasure alone"
    op.execute(f"CREATE TRIGGER {when} {condition} BEGIN SELECT RAISE(ABORT, '{said}'); END")
