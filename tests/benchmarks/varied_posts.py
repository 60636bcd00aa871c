"""Very many posts, varied from some thousand by seeded rules: made for a measurement and never kept."""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Table, insert, text
from sqlalchemy.orm import Session

from classifiers.labels import LABEL_NAMES
from classifiers.text.search_terms import search_terms
from storage.database import Database
from storage.models import Base, Flag, Post, SearchText
from tests.factories import add_model, add_source

SOURCES = 50
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
WEEKS = 52
BATCH = 5000
REPLACED = 0.1  # of the syllables, by those of another text
FLAGGED = 0.1  # of the posts
STATES = ("open", "confirmed", "rejected", "unsure")
STATE_SHARES = (0.4, 0.3, 0.25, 0.05)

Syllable = tuple[str, str]  # with diacritics and without


def read_texts(files: Iterable[Path]) -> list[str]:
    """Read the texts of JSON lines, packed or not, with `text`, or with `title` and `abstract`."""
    texts = []
    for path in files:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                texts.append(row.get("text") or f"{row['title']}. {row['abstract']}")
    return texts


def syllables_of(texts: Sequence[str]) -> list[list[Syllable]]:
    """Cut texts into their syllables; those without any are left out."""
    cut = ([*zip(*search_terms(text), strict=True)] for text in texts)
    return [syllables for syllables in cut if syllables]


def varied(originals: Sequence[Sequence[Syllable]], count: int, seed: int) -> Iterator[list[Syllable]]:
    """Make texts: an original with its ends cut and a tenth of its syllables replaced by those of another one."""
    random = Random(seed)  # noqa: S311  no secret
    for _ in range(count):
        syllables, other = random.choice(originals), random.choice(originals)
        first = random.randrange(1 + len(syllables) // 5)
        last = len(syllables) - random.randrange(1 + len(syllables) // 5)
        made = list(syllables[first : max(last, first + 1)])
        for _ in range(round(len(made) * REPLACED)):
            made[random.randrange(len(made))] = random.choice(other)
        yield made


def dated(number: int, count: int) -> datetime:
    """Spread posts evenly over the weeks, in the order of their numbers."""
    return BEGIN + timedelta(weeks=WEEKS) * (number / count)


def store(database: Database, texts: Iterable[list[Syllable]], count: int, seed: int) -> None:
    """Store posts with their words, and flags of a tenth of them. The index of PostgreSQL is made at the end.

    Args:
        database: An empty one.
        texts: The posts' texts.
        count: How many.
        seed: Draws sources and flags.

    """
    random = Random(seed)  # noqa: S311  no secret
    with database.work() as session:
        sources = [add_source(session, f"source {number}").id for number in range(SOURCES)]
        model = add_model(session).id
        session.commit()
        if not database.is_sqlite:
            session.execute(text("DROP INDEX ix_search_texts_lexemes"))
            session.commit()
        rows: dict[type[Base], list[dict[str, Any]]] = {Post: [], SearchText: [], Flag: []}
        for number, syllables in enumerate(texts, 1):
            source, moment = random.choice(sources), dated(number, count)
            _add_rows(rows, number, syllables, random, source=source, model=model, moment=moment)
            if number % BATCH == 0 or number == count:
                _flush(session, rows)
        if not database.is_sqlite:
            session.execute(text("SELECT setval('posts_id_seq', (SELECT max(id) FROM posts))"))
            session.execute(text("SET maintenance_work_mem = '512MB'"))
            session.execute(
                text("CREATE INDEX ix_search_texts_lexemes ON search_texts USING gin (search_lexemes(accented, bare))")
            )
            session.commit()
    analyse(database)


def analyse(database: Database) -> None:
    """Do what PostgreSQL does by itself after a while; on SQLite nothing is analysed where KiểmTin is installed."""
    if database.is_sqlite:
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _add_rows(
    rows: dict[type[Base], list[dict[str, Any]]],
    number: int,
    syllables: list[Syllable],
    random: Random,
    *,
    source: int,
    model: int,
    moment: datetime,
) -> None:
    accented = " ".join(pair[0] for pair in syllables)
    post = {
        "id": number,
        "source_id": source,
        "external_id": str(number),
        "published_at": moment,
        "collected_at": moment,
        "text": accented,
        "original_hash": f"{number:064x}",
        "content_hash": f"{number:064x}",
        "engagement": {},
        "revision_number": 0,
        "indexed": True,
    }
    rows[Post].append(post)
    bare = " ".join(pair[1] for pair in syllables)
    rows[SearchText].append(
        {"post_id": number, "source_id": source, "dated": moment, "accented": accented, "bare": bare}
    )
    if random.random() < FLAGGED:
        flag = {
            "post_id": number,
            "label": random.choice(LABEL_NAMES),
            "revision_number": 0,
            "probability": random.uniform(0.5, 1),
            "model_id": model,
            "reasons": [],
            "source_id": source,
            "state": random.choices(STATES, STATE_SHARES)[0],
            "opened_at": moment,
        }
        rows[Flag].append(flag)


def _flush(session: Session, rows: dict[type[Base], list[dict[str, Any]]]) -> None:
    connection: Connection = session.connection()
    for model, waiting in rows.items():
        if waiting:
            table = model.__table__
            assert isinstance(table, Table)
            connection.execute(insert(table), waiting)
            waiting.clear()
    session.commit()
