"""Keys of very many stored posts, computed as matching does and written in the order of their index."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt
from psycopg import Connection as PostgresConnection
from sqlalchemy import select, text

from classifiers.copies import signature
from storage.database import Database
from storage.models import SearchText

AT_ONCE = 100_000
REFERENCE = "FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE"
Numbers = npt.NDArray[np.int64]


def store_bands(database: Database) -> None:
    """Compute and store the keys of all indexed posts; there must be none yet."""
    keys, post_ids = _computed(database)
    order = np.argsort(keys, kind="stable")
    rows = zip(keys[order].tolist(), post_ids[order].tolist(), strict=True)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            while some := list(islice(rows, AT_ONCE)):
                connection.exec_driver_sql("INSERT INTO post_bands (key, post_id) VALUES (?, ?)", some)
            connection.commit()
        return
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, PostgresConnection)
        for statement in (
            "ALTER TABLE post_bands DROP CONSTRAINT pk_post_bands, DROP CONSTRAINT fk_post_bands_post_id_posts",
            "DROP INDEX ix_post_bands_post_id",
            "SET maintenance_work_mem = '512MB'",
        ):
            raw.execute(statement)
        with raw.cursor().copy("COPY post_bands (key, post_id) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        for statement in (
            "ALTER TABLE post_bands ADD CONSTRAINT pk_post_bands PRIMARY KEY (key, post_id)",
            f"ALTER TABLE post_bands ADD CONSTRAINT fk_post_bands_post_id_posts {REFERENCE}",
            "CREATE INDEX ix_post_bands_post_id ON post_bands (post_id)",
        ):
            raw.execute(statement)
        connection.commit()
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE post_bands"))


def _computed(database: Database) -> tuple[Numbers, Numbers]:
    """Return all keys, and the post of each."""
    keys: list[Numbers] = []
    owners: list[Numbers] = []
    for post_id, bare in _indexed(database):
        of_post = signature(bare.split())
        keys.append(np.array(of_post, np.int64))
        owners.append(np.full(len(of_post), post_id, np.int64))
    return np.concatenate(keys), np.concatenate(owners)


def _indexed(database: Database) -> Iterator[tuple[int, str]]:
    last = 0
    while True:
        with database.work() as session:
            query = select(SearchText.post_id, SearchText.bare).where(SearchText.post_id > last)
            some = session.execute(query.order_by(SearchText.post_id).limit(AT_ONCE)).all()
        if not some:
            return
        yield from ((post_id, bare) for post_id, bare in some)
        last = some[-1][0]
