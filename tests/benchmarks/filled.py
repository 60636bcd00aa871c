"""Databases filled with very many posts, each with its words and keys; kept in a folder, for filling takes long."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from random import Random
from time import perf_counter

from sqlalchemy import func, select, text

from storage.database import Database
from storage.models import Post
from tests.benchmarks.stored_bands import store_bands
from tests.benchmarks.varied_posts import Syllable, store, varied
from tests.postgres import running_postgres

SEED = 14
VARIED_FROM_EACH = 28  # posts that are varied from one original, however many posts there are


@contextmanager
def filled_database(
    kind: str, originals: Sequence[Sequence[Syllable]], count: int, kept: Path | None
) -> Iterator[Database]:
    """Give a database with so many posts, filled unless the folder holds it already.

    Args:
        kind: `sqlite` or `postgresql`.
        originals: Texts from which posts are varied.
        count: How many posts.
        kept: Where filled databases are kept; None: they vanish afterwards.

    """
    name = f"posts_{count}"
    if kind == "sqlite":
        given = nullcontext(str(kept)) if kept else tempfile.TemporaryDirectory()
        with given as folder, Database(f"sqlite:///{folder}/{name}.db") as database:
            _fill(database, originals, count)
            yield database
        return
    files = kept / "postgresql" if kept else None
    with running_postgres(files) as server, Database(server.make_database(name)) as database:
        _fill(database, originals, count)
        yield database


def some_originals(originals: Sequence[Sequence[Syllable]], count: int) -> Sequence[Sequence[Syllable]]:
    """Draw so many originals that each is varied equally often, or a new post had more copies among more posts."""
    wanted = max(1, count // VARIED_FROM_EACH)
    return originals if wanted >= len(originals) else Random(SEED).sample(list(originals), wanted)  # noqa: S311


def _fill(database: Database, originals: Sequence[Sequence[Syllable]], count: int) -> None:
    database.upgrade()
    with database.work() as session:
        if session.scalar(select(func.max(Post.id))):
            return
    start = perf_counter()
    store(database, varied(some_originals(originals, count), count, SEED), count, SEED)
    store_bands(database)
    with database.work() as session:  # nobody waits for evidence
        session.execute(text("UPDATE flags SET searched_at = '2030-01-01'"))
        session.commit()
    print(f"{count:,} posts stored and indexed in {perf_counter() - start:,.0f} s", flush=True)
