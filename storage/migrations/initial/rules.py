"""What the database itself holds: rows that are only ever added, and an index of words that follows the texts."""

import sqlite3

import sqlalchemy as sa
from alembic import op

from storage.errors import StorageError

OLDEST_SQLITE = (3, 42, 0)  # the first whose full-text index can really forget deleted words
MASKED = {
    "reviews": ("note", "evidence"),
    "case_events": ("note", "passed_to", "place"),
    "correction_events": ("note", "claim", "text", "source_name", "source_url"),
}
"""Columns of append-only tables that an erasure may mask: together with `redacted_at`, which says so."""
APPEND_ONLY = (*MASKED, "audit_events")
PARENTS = {"flags": ("posts", "post_id"), "reviews": ("flags", "flag_id")}
"""What rows go with, and with nothing else: retention and erasure delete posts."""


def on_postgresql() -> bool:
    """Return whether the tables are made on PostgreSQL."""
    return op.get_context().dialect.name == "postgresql"


def create_search_index() -> None:
    """Create the full-text index of `search_texts`: FTS5 on SQLite, a GIN index of lexemes on PostgreSQL."""
    if on_postgresql():
        _index_on_postgresql()
    else:
        _index_on_sqlite()


def _index_on_sqlite() -> None:
    """Make the index by triggers on its texts, and drop a post's words when these change by whatever statement."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        message = f"SQLite {sqlite3.sqlite_version} cannot forget deleted words: use a Python with SQLite 3.42 or newer"
        raise StorageError(message)
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(accented, bare, content='search_texts', content_rowid='post_id', "
        "tokenize='unicode61 remove_diacritics 0')"
    )
    op.execute("INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)")
    remove = (
        "INSERT INTO search_index (search_index, rowid, accented, bare) "
        "VALUES ('delete', OLD.post_id, OLD.accented, OLD.bare);"
    )
    add = "INSERT INTO search_index (rowid, accented, bare) VALUES (NEW.post_id, NEW.accented, NEW.bare);"
    for event, statements in (("INSERT", add), ("DELETE", remove), ("UPDATE", remove + add)):
        op.execute(f"CREATE TRIGGER search_texts_{event.lower()} AFTER {event} ON search_texts BEGIN {statements} END")
    for table, columns, key in (
        ("posts", "title, text, revision_number", "id"),
        ("post_revisions", "title, text", "post_id"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_reworded AFTER UPDATE OF {columns} ON {table} BEGIN "  # noqa: S608  our own names
            f"DELETE FROM search_texts WHERE post_id = NEW.{key}; "
            f"UPDATE posts SET indexed = false WHERE id = NEW.{key}; END"
        )


def _index_on_postgresql() -> None:
    """Index syllables and pairs of neighbours, so that phrases are looked up without reading the texts."""
    parts = " || ".join(
        f"array(SELECT {mark}w FROM unnest({words}) t(w)) || "  # noqa: S608  our own names
        f"array(SELECT {mark}w || ' ' || next FROM unnest({words}, ({words})[2:]) t(w, next) WHERE next IS NOT NULL)"
        for mark, words in (("", "string_to_array(accented, ' ')"), ("'~' || ", "string_to_array(bare, ' ')"))
    )
    # Dear, so that the planner looks lexemes up instead of computing them for each row.
    op.execute(
        "CREATE FUNCTION search_lexemes(accented text, bare text) RETURNS tsvector LANGUAGE sql IMMUTABLE "
        f"PARALLEL SAFE COST 2000 AS $$ SELECT array_to_tsvector({parts}) $$"
    )
    op.execute("CREATE INDEX ix_search_texts_lexemes ON search_texts USING gin (search_lexemes(accented, bare))")
    op.execute(
        "CREATE FUNCTION forget_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "DELETE FROM search_texts WHERE post_id = NEW.id; NEW.indexed := false; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE FUNCTION forget_words_of_revision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "DELETE FROM search_texts WHERE post_id = NEW.post_id; "
        "UPDATE posts SET indexed = false WHERE id = NEW.post_id; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER posts_reworded BEFORE UPDATE OF title, text, revision_number ON posts "
        "FOR EACH ROW EXECUTE FUNCTION forget_words()"
    )
    op.execute(
        "CREATE TRIGGER post_revisions_reworded AFTER UPDATE OF title, text ON post_revisions "
        "FOR EACH ROW EXECUTE FUNCTION forget_words_of_revision()"
    )


def guard_append_only_tables() -> None:
    """Refuse to change rows of append-only tables, and to delete them but for their post's sake."""
    if on_postgresql():
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    """Refuse by triggers, also what INSERT OR REPLACE would delete: it fires no trigger of deletion."""
    inspector = sa.inspect(op.get_bind())
    for table in APPEND_ONLY:
        texts = (*MASKED.get(table, ()), "redacted_at")
        fixed = [column["name"] for column in inspector.get_columns(table) if column["name"] not in texts]
        same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in fixed)
        redacted = f"NEW.redacted_at IS NOT NULL AND NEW.redacted_at IS NOT OLD.redacted_at AND {same}"
        _refuse(f"{table}_append_only BEFORE UPDATE", table, f"NOT ({redacted})" if table in MASKED else "true")
        there = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608  our own names
        _refuse(f"{table}_added BEFORE INSERT", table, there)
    for table in {*APPEND_ONLY, *PARENTS}:
        parent, key = PARENTS.get(table, ("", ""))
        there = f"EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.{key})" if parent else "true"  # noqa: S608  our own names
        _refuse(f"{table}_kept BEFORE DELETE", table, there)


def _refuse(trigger: str, table: str, condition: str) -> None:
    said = f"SELECT RAISE(ABORT, 'rows of {table} are only ever added, and go with their post alone')"
    op.execute(f"CREATE TRIGGER {trigger} ON {table} WHEN {condition} BEGIN {said}; END")


def _guard_postgresql() -> None:
    """Refuse by triggers, TRUNCATE too; ON CONFLICT DO UPDATE fires the trigger of updates."""
    said = "RAISE EXCEPTION 'rows of % are only ever added, and go with their post alone', TG_TABLE_NAME;"
    redacted = (
        "NEW.redacted_at IS NOT NULL AND NEW.redacted_at IS DISTINCT FROM OLD.redacted_at "
        "AND to_jsonb(NEW) - TG_ARGV::text[] = to_jsonb(OLD) - TG_ARGV::text[]"
    )
    parent = (
        "EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE id = $1)', TG_ARGV[0]) "
        "USING (to_jsonb(OLD) ->> TG_ARGV[1])::bigint INTO there; IF NOT there THEN RETURN OLD; END IF;"
    )
    for function, body in (
        ("refuse_update", f"BEGIN IF TG_NARGS > 0 THEN IF {redacted} THEN RETURN NEW; END IF; END IF; {said} END"),
        ("refuse_delete", f"DECLARE there boolean; BEGIN IF TG_NARGS > 0 THEN {parent} END IF; {said} END"),
    ):
        op.execute(f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    for table in APPEND_ONLY:
        masked = (*MASKED[table], "redacted_at") if table in MASKED else ()
        _call("refuse_update", masked, f"{table}_append_only BEFORE UPDATE ON {table} FOR EACH ROW")
        _call("refuse_delete", (), f"{table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT")
    for table in {*APPEND_ONLY, *PARENTS}:
        _call("refuse_delete", PARENTS.get(table, ()), f"{table}_kept BEFORE DELETE ON {table} FOR EACH ROW")


def _call(function: str, arguments: tuple[str, ...], trigger: str) -> None:
    listed = ", ".join(f"'{argument}'" for argument in arguments)
    op.execute(f"CREATE TRIGGER {trigger} EXECUTE FUNCTION {function}({listed})")
