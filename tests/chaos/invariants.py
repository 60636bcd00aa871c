"""What must hold in a home folder after every kill, and what a whole run must leave done."""

import gzip
import sqlite3
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from monitor.operations.backup import read_backup
from monitor.publish.site import MOST_ENTRIES
from storage.database import Database
from storage.models import Correction, Flag, Model, Post, Review, Score
from storage.posts import sources
from storage.review import decisions
from tests.chaos.site import ITEMS

OLD_DECISIONS = 30
LABELS = 3


def of_rows(database: Database, acknowledged: AbstractSet[int], checked: Counter[str]) -> list[str]:
    """Return what does not hold of the rows: posts, scores, decisions, flags, and the file itself."""
    with database.work() as session:
        double = select(Post.source_id, Post.external_id).group_by(Post.source_id, Post.external_id)
        found = [f"post twice: {row}" for row in session.execute(double.having(func.count() > 1))]
        scored = (Score.post_id, Score.revision_number, Score.model_id)
        labels = select(*scored, func.count()).group_by(*scored).having(func.count() != LABELS)
        found += [f"post not scored once and whole: {row}" for row in session.execute(labels)]
        kept = set(session.scalars(select(Review.id)))
        found += [f"decision lost: {number}" for number in sorted(acknowledged - kept)]
        active = session.scalar(select(func.count()).select_from(Model).where(Model.state == "active")) or 0
        found += [f"{active} models are in use"] if active > 1 else []
        newest = select(func.max(Review.id)).group_by(Review.flag_id)
        said = select(Flag.id, Flag.state, Review.decision).join(Review, Review.flag_id == Flag.id)
        found += [
            f"flag {flag} says {state}, its newest decision {decision}"
            for flag, state, decision in session.execute(said.where(Review.id.in_(newest)))
            if state != decisions.STATE_OF[decision]
        ]
        checked["posts"] += session.scalar(select(func.count()).select_from(Post)) or 0
        checked["decisions"] += len(kept)
    return found + (_of_sqlite(Path(str(database.url.database))) if database.is_sqlite else [])


def _of_sqlite(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchall()
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [f"damaged: {line}" for line in whole if line != ("ok",)] + [f"orphan: {row}" for row in orphans]


def of_files(home: Path) -> list[str]:
    """Return the files that are half-written."""
    found = [f"half file: {path.name}" for path in home.rglob("*.part")]
    for path in home.rglob("*.warc.gz"):
        with gzip.open(path) as file:
            file.read()
    for path in home.rglob("*.xlsx"):
        with ZipFile(path) as file:
            found += [f"half file: {path.name}"] if file.testzip() else []
    return found


def of_backup(backup: Path) -> list[str]:
    """Unpack a backup, which fails when it is not whole."""
    with tempfile.TemporaryDirectory(dir=backup.parent) as folder:
        read_backup(backup, Path(folder), now=datetime.now(UTC))
    return []


def of_site(site: Path) -> list[str]:
    """Return what does not hold of the published folder: it is missing, or its feed names every page that is there."""
    if not site.exists():
        return []
    entries = ET.parse(site / "feed.atom").findall("{http://www.w3.org/2005/Atom}entry")  # noqa: S314  our own file
    pages = list(site.glob("dinh-chinh-*.html"))
    return [] if len(entries) == min(len(pages), MOST_ENTRIES) else [f"{len(entries)} entries of {len(pages)} pages"]


def not_published(session: Session, site: Path) -> list[str]:
    """Return what is missing of the published folder, or left beside it."""
    released = session.scalar(select(func.count()).select_from(Correction).where(Correction.state == "released"))
    pages = list(site.glob("dinh-chinh-*.html"))
    left = [f"left by publishing: {path.name}" for path in site.parent.glob(f".{site.name}.*")]
    return left + ([] if len(pages) == released else [f"{len(pages)} pages of {released} corrections"])


def not_promoted(session: Session, name: str) -> list[str]:
    """Return which model is in use instead of the one that was promoted."""
    active = [model.name for model in session.scalars(select(Model).where(Model.state == "active"))]
    return [] if active == [name] else [f"in use: {active}, not {name}"]


def of_migration(database: Database) -> list[str]:
    """Return what does not hold of a database that is either old as ever or new, with all decisions."""
    migrated = database.current_revision() == database.newest_revision()
    if inspect(database.engine).has_table("made_up") is not migrated:
        return ["half migrated"]
    tables = ("reviews", "made_up") if migrated else ("reviews",)
    with database.work() as session:
        left = {session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}  # noqa: S608  constants
    return [] if left == {OLD_DECISIONS} else ["lost"]


def not_swept(backup: Path) -> list[str]:
    """Return what killed backups left beside the file: copies of the database."""
    return [f"left by a backup: {path.name}" for path in backup.parent.glob(".backup*")]


def not_imported(session: Session, wanted: AbstractSet[str]) -> list[str]:
    """Return what is missing of an imported file."""
    there = set(session.scalars(select(Post.external_id).where(Post.external_id.in_(wanted))))
    return [f"not imported: {sorted(wanted - there)}"] if wanted - there else []


def not_read(session: Session) -> list[str]:
    """Return what is missing of the newest issue of the newspaper: its articles have numbers that follow each other."""
    paper = sources.by_name(session, "news").id
    there = {int(each[1:]) for each in session.scalars(select(Post.external_id).where(Post.source_id == paper))}
    newest = set(range(max(there) - ITEMS + 1, max(there) + 1))
    return [f"not read: {sorted(newest - there)}"] if newest - there else []


def not_scored(session: Session) -> list[str]:
    """Return how many posts have no score."""
    left = session.scalar(select(func.count()).select_from(Post).where(Post.id.not_in(select(Score.post_id))))
    return [f"not scored: {left}"] if left else []


def not_compared(session: Session) -> list[str]:
    """Return how many posts were not compared with others."""
    left = session.scalar(select(func.count()).select_from(Post).where(~Post.indexed))
    return [f"not compared: {left}"] if left else []


def not_deleted(session: Session, source: str) -> list[str]:
    """Return how many posts of a source are left."""
    number = sources.by_name(session, source).id
    left = session.scalar(select(func.count()).select_from(Post).where(Post.source_id == number))
    return [f"{left} posts left of {source}"] if left else []
