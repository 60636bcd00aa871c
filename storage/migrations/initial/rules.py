"""What the database itself holds: rows that are only ever added, and an index of words that follows the texts."""

import sqlite3

from alembic import op

from storage.errors import StorageError
from storage.migrations.initial.columns import on_postgresql

OLDEST_SQLITE = (3, 42, 0)  # the first whose full-text index can really forget deleted words
REDACTED = ("reviews", "answers", "case_events", "correction_events")
"""Tables whose rows may be deleted once a redaction keeps their place."""
CHAINED = (*REDACTED, "audit_events")


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


def guard_chains() -> None:
    """Refuse to change and to delete rows of append-only tables, but for those whose redaction keeps their place."""
    for table in CHAINED:
        op.execute(f"INSERT INTO chain_heads VALUES ('{table}', 0, '{'0' * 64}')")  # noqa: S608  our own names
    if on_postgresql():
        _guard_postgresql()
    else:
        _guard_sqlite()


def _is_live(tables: tuple[str, ...]) -> str:
    new = "t.chain_position = NEW.chain_position AND t.chain_hash = NEW.chain_hash"
    return " OR ".join(
        f"(NEW.table_name = '{table}' AND EXISTS (SELECT 1 FROM {table} t WHERE {new}))"  # noqa: S608  our own names
        for table in tables
    )


def _guard_sqlite() -> None:
    """Refuse by triggers, also what INSERT OR REPLACE would delete: it fires no trigger of deletion."""
    for table in (*CHAINED, "redactions"):
        said = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
        op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} {said}")
    for table in CHAINED:
        same = f"r.table_name = '{table}' AND r.chain_position = OLD.chain_position AND r.chain_hash = OLD.chain_hash"
        redacted = f"WHEN NOT EXISTS (SELECT 1 FROM redactions r WHERE {same})"  # noqa: S608  our own names
        _refuse_sqlite(f"{table}_kept BEFORE DELETE ON {table}", redacted if table in REDACTED else "")
        there = "t.id = NEW.id OR t.chain_position = NEW.chain_position"
        unchained = f"WHEN NEW.chain_hash IS NULL OR EXISTS (SELECT 1 FROM {table} t WHERE {there})"  # noqa: S608
        _refuse_sqlite(f"{table}_added BEFORE INSERT ON {table}", unchained)
    _refuse_sqlite("redactions_kept BEFORE DELETE ON redactions", "")
    known = "r.table_name = NEW.table_name AND r.chain_position = NEW.chain_position"
    known = f"EXISTS (SELECT 1 FROM redactions r WHERE {known})"  # noqa: S608  our own names
    _refuse_sqlite("redactions_added BEFORE INSERT ON redactions", f"WHEN {known} OR NOT ({_is_live(REDACTED)})")
    _refuse_sqlite("chain_heads_kept BEFORE DELETE ON chain_heads", "")
    lower = "WHEN NEW.chain_position < OLD.chain_position OR NEW.table_name <> OLD.table_name"
    _refuse_sqlite("chain_heads_forward BEFORE UPDATE ON chain_heads", lower)


def _refuse_sqlite(when: str, condition: str) -> None:
    said = "rows of append-only tables are deleted by retention and erasure alone"
    op.execute(f"CREATE TRIGGER {when} {condition} BEGIN SELECT RAISE(ABORT, '{said}'); END")


def _guard_postgresql() -> None:
    """Refuse by triggers, TRUNCATE too; ON CONFLICT DO UPDATE fires the trigger of updates."""
    listed = ", ".join(f"'{table}'" for table in REDACTED)
    redacted = (
        "SELECT 1 FROM redactions r WHERE r.table_name = TG_TABLE_NAME AND r.chain_position = OLD.chain_position "
        "AND r.chain_hash = OLD.chain_hash"
    )
    deleted = f"TG_OP = 'DELETE' AND TG_TABLE_NAME IN ({listed}) AND EXISTS ({redacted})"
    for function, allowed in (
        ("refuse_delete", f"IF {deleted} THEN RETURN OLD; END IF;"),
        ("refuse_insert", "IF NEW.chain_hash IS NOT NULL THEN RETURN NEW; END IF;"),
        ("refuse_redaction", f"IF {_is_live(REDACTED)} THEN RETURN NEW; END IF;"),
        (
            "refuse_lower_head",
            "IF NEW.chain_position >= OLD.chain_position AND NEW.table_name = OLD.table_name THEN RETURN NEW; END IF;",
        ),
        ("refuse_update", ""),
    ):
        said = "RAISE EXCEPTION 'rows of % are only ever added, and deleted by retention and erasure', TG_TABLE_NAME;"
        op.execute(f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {allowed} {said} END $$")
    for table in (*CHAINED, "redactions"):
        _on_each_row(f"{table}_append_only", "UPDATE", table, "refuse_update")
    for table in (*CHAINED, "redactions", "chain_heads"):
        _on_each_row(f"{table}_kept", "DELETE", table, "refuse_delete")
        op.execute(
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete()"
        )
    for table in CHAINED:
        _on_each_row(f"{table}_added", "INSERT", table, "refuse_insert")
    _on_each_row("redactions_added", "INSERT", "redactions", "refuse_redaction")
    _on_each_row("chain_heads_forward", "UPDATE", "chain_heads", "refuse_lower_head")


def _on_each_row(trigger: str, event: str, table: str, function: str) -> None:
    op.execute(f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
