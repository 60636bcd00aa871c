"""Reviews, answers and audit events are chained by hashes, and the database refuses to change or delete them."""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

revision = "0011_hash_chains"
down_revision = "0010_accounts"
branch_labels = None
depends_on = None

KEY: TypeEngine[Any] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON: TypeEngine[Any] = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
START = "0" * 64
# The names in the statements below are those of this list; nothing in them comes from outside.
# What each row holds, as it is hashed.
CONTENT: dict[str, dict[str, TypeEngine[Any]]] = {
    "audit_events": {"at": TIME, "user_id": KEY, "action": sa.String(), "subject": sa.Text(), "detail": JSON},
    "reviews": {
        "flag_id": KEY,
        "reviewer_id": KEY,
        "decision": sa.String(),
        "note": sa.Text(),
        "evidence": JSON,
        "revision_number": KEY,
        "decided_at": TIME,
    },
    "answers": {"question_id": KEY, "reviewer_id": KEY, "decision": sa.String(), "decided_at": TIME},
}


def upgrade() -> None:
    """Bring the tables forward."""
    _create_heads()
    _create_redactions()
    for table in CONTENT:
        _drop_trigger(table, "append_only")
        for column in _chain_columns():
            op.add_column(table, column)
        # A unique index stands for the constraint, which SQLite cannot add to a table.
        op.create_index(op.f(f"ix_{table}_chain_position"), table, ["chain_position"], unique=True)
        _chain_up(table)
    if op.get_context().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    """Take columns and tables back."""
    for table in CONTENT:
        for rule in ("append_only", "kept", "added"):
            _drop_trigger(table, rule)
    op.drop_table("redactions")
    op.drop_table("chain_heads")
    for table in CONTENT:
        op.drop_index(op.f(f"ix_{table}_chain_position"), table)
        for column in _chain_columns():
            op.drop_column(table, column.name)
    postgres = op.get_context().dialect.name == "postgresql"
    if postgres:
        for table in CONTENT:
            _drop_trigger(table, "whole")
        for function in ("refuse_delete", "refuse_insert", "refuse_redaction", "refuse_lower_head"):
            op.execute(f"DROP FUNCTION {function}()")
    for table in CONTENT:
        _refuse_updates(table, postgres=postgres)


def _create_heads() -> None:
    heads = op.create_table(
        "chain_heads",
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("chain_position", KEY, nullable=False),
        sa.Column("chain_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_chain_heads")),
    )
    op.bulk_insert(heads, [{"table_name": table, "chain_position": 0, "chain_hash": START} for table in CONTENT])


def _create_redactions() -> None:
    op.create_table(
        "redactions",
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("chain_position", KEY, nullable=False, autoincrement=False),
        sa.Column("chain_previous", sa.String(length=64), nullable=False),
        sa.Column("chain_hash", sa.String(length=64), nullable=False),
        sa.Column("redacted_at", TIME, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False, comment="retention or erasure"),
        sa.PrimaryKeyConstraint("table_name", "chain_position", name=op.f("pk_redactions")),
    )


def _chain_columns() -> list[sa.Column[object]]:
    salt = "random; once the row is deleted, its hash says nothing about what it held"
    return [
        sa.Column("chain_position", KEY, nullable=True, comment="1 is the first row of the chain"),
        sa.Column("chain_previous", sa.String(length=64), nullable=True, comment="hash of the row before"),
        sa.Column("chain_salt", sa.String(length=32), nullable=True, comment=salt),
        sa.Column("chain_hash", sa.String(length=64), nullable=True, comment="SHA-256 of all the row holds"),
    ]


def _chain_up(table: str) -> None:
    """Chain the rows that are there, in the order in which they were added."""
    connection = op.get_bind()
    columns: list[sa.ColumnClause[Any]] = [sa.column(name, kind) for name, kind in CONTENT[table].items()]
    chain = [sa.column(column.name, column.type) for column in _chain_columns()]
    rows = sa.table(table, sa.column("id", KEY), *columns, *chain)
    position, previous = 0, START
    for row in connection.execute(sa.select(rows.c.id, *columns).order_by(rows.c.id)).mappings().all():
        position, salt = position + 1, secrets.token_hex(16)
        content = {name: _plain(row[name]) for name in CONTENT[table]}
        whole = json.dumps([table, position, previous, salt, content], sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(whole.encode("ascii")).hexdigest()
        values = {"chain_position": position, "chain_previous": previous, "chain_salt": salt, "chain_hash": digest}
        connection.execute(sa.update(rows).where(rows.c.id == row["id"]).values(**values))
        previous = digest
    heads = sa.table("chain_heads", *(sa.column(name) for name in ("table_name", "chain_position", "chain_hash")))
    head = sa.update(heads).where(heads.c.table_name == table)
    connection.execute(head.values(chain_position=position, chain_hash=previous))


def _plain(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)  # SQLite stores no zone
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def _drop_trigger(table: str, rule: str) -> None:
    place = f" ON {table}" if op.get_context().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER {table}_{rule}{place}")


def _refuse_updates(table: str, *, postgres: bool) -> None:
    action = (
        "FOR EACH ROW EXECUTE FUNCTION refuse_update()"  # made by the first revision
        if postgres
        else f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
    )
    op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} {action}")


def _guard_sqlite() -> None:
    """Refuse by triggers, also what INSERT OR REPLACE would delete: it fires no trigger of deletion."""
    for table in (*CONTENT, "redactions"):
        _refuse_updates(table, postgres=False)
    same = "r.table_name = '{}' AND r.chain_position = OLD.chain_position AND r.chain_hash = OLD.chain_hash"
    for table in CONTENT:
        allowed = f"WHEN NOT EXISTS (SELECT 1 FROM redactions r WHERE {same.format(table)})"  # noqa: S608
        _refuse_sqlite(f"{table}_kept BEFORE DELETE ON {table}", allowed if table != "audit_events" else "")
        there = "t.id = NEW.id OR t.chain_position = NEW.chain_position"
        unchained = f"WHEN NEW.chain_hash IS NULL OR EXISTS (SELECT 1 FROM {table} t WHERE {there})"  # noqa: S608
        _refuse_sqlite(f"{table}_added BEFORE INSERT ON {table}", unchained)
    _refuse_sqlite("redactions_kept BEFORE DELETE ON redactions", "")
    new = "t.chain_position = NEW.chain_position AND t.chain_hash = NEW.chain_hash"
    live = " OR ".join(
        f"(NEW.table_name = '{table}' AND EXISTS (SELECT 1 FROM {table} t WHERE {new}))"  # noqa: S608
        for table in ("reviews", "answers")
    )
    known = "r.table_name = NEW.table_name AND r.chain_position = NEW.chain_position"
    known = f"EXISTS (SELECT 1 FROM redactions r WHERE {known})"  # noqa: S608
    _refuse_sqlite("redactions_added BEFORE INSERT ON redactions", f"WHEN {known} OR NOT ({live})")
    _refuse_sqlite("chain_heads_kept BEFORE DELETE ON chain_heads", "")
    lower = "WHEN NEW.chain_position < OLD.chain_position OR NEW.table_name <> OLD.table_name"
    _refuse_sqlite("chain_heads_forward BEFORE UPDATE ON chain_heads", lower)


def _refuse_sqlite(when: str, condition: str) -> None:
    said = "rows of append-only tables are deleted by retention and erasure alone"
    op.execute(f"CREATE TRIGGER {when} {condition} BEGIN SELECT RAISE(ABORT, '{said}'); END")


POSTGRESQL_RULES = {
    "refuse_delete": "IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('reviews', 'answers') AND EXISTS (SELECT 1 FROM "
    "redactions r WHERE r.table_name = TG_TABLE_NAME AND r.chain_position = OLD.chain_position "
    "AND r.chain_hash = OLD.chain_hash) THEN RETURN OLD; END IF; ",
    "refuse_insert": "IF NEW.chain_hash IS NOT NULL THEN RETURN NEW; END IF; ",
    "refuse_redaction": "IF (NEW.table_name = 'reviews' AND EXISTS (SELECT 1 FROM reviews t WHERE {new})) OR "
    "(NEW.table_name = 'answers' AND EXISTS (SELECT 1 FROM answers t WHERE {new})) THEN RETURN NEW; END IF; ",
    "refuse_lower_head": "IF NEW.chain_position >= OLD.chain_position AND NEW.table_name = OLD.table_name "
    "THEN RETURN NEW; END IF; ",
}


def _guard_postgresql() -> None:
    """Refuse by triggers, TRUNCATE too; ON CONFLICT DO UPDATE fires the trigger of updates."""
    new = "t.chain_position = NEW.chain_position AND t.chain_hash = NEW.chain_hash"
    for function, allowed in POSTGRESQL_RULES.items():
        body = allowed.replace("{new}", new)
        said = "RAISE EXCEPTION 'rows of % are deleted by retention and erasure alone', TG_TABLE_NAME;"
        op.execute(f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}{said} END $$")
    for table in (*CONTENT, "redactions"):
        _refuse_updates(table, postgres=True)
    for table in (*CONTENT, "redactions", "chain_heads"):
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_delete()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete()"
        )
    for table in CONTENT:
        op.execute(
            f"CREATE TRIGGER {table}_added BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_insert()"
        )
    op.execute(
        "CREATE TRIGGER redactions_added BEFORE INSERT ON redactions FOR EACH ROW EXECUTE FUNCTION refuse_redaction()"
    )
    op.execute(
        "CREATE TRIGGER chain_heads_forward BEFORE UPDATE ON chain_heads "
        "FOR EACH ROW EXECUTE FUNCTION refuse_lower_head()"
    )
