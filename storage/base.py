"""Shared by all tables: names of constraints, UTC times, JSON and key types."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final

from sqlalchemy import JSON, BigInteger, DateTime, Index, Integer, MetaData, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

# Names are fixed so that a later migration can drop a constraint by its name on both databases.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; SQLite stores no zone, so it is added on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy calls it so
        """Convert to UTC; refuse a naive time, whose zone is unknown.

        Raises:
            ValueError: When the time has no zone.

        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy calls it so
        """Return an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# What XML 1.0, 2.2 leaves out: with one of these no feed, page or document can be read that a text leaves in.
_NOT_IN_XML: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    """Return a text without the characters that XML forbids."""
    return _NOT_IN_XML.sub("", text)


class TypedText(TypeDecorator[str]):
    """A text that somebody typed; characters that XML forbids are removed when it is stored."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy calls it so
        """Remove what cannot be written elsewhere."""
        return None if value is None else writable(value)


class TypedName(TypedText):
    """The same of at most 200 characters."""

    impl = String(200)
    cache_ok = True


JsonType: TypeEngine[Any] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
KeyType = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows automatically only for INTEGER keys

PrimaryKey = Annotated[int, mapped_column(KeyType, primary_key=True, autoincrement=True)]
JsonObject = Annotated[dict[str, Any], mapped_column(JsonType, default=dict)]
Name = Annotated[str, mapped_column(TypedName())]
Typed = Annotated[str, mapped_column(TypedText())]
Sha256 = Annotated[str, mapped_column(String(64))]
Redacted = Annotated[
    datetime | None,
    mapped_column(UtcDateTime(), doc="when an erasure masked its texts: triggers let them change with this alone"),
]


def partial_index(name: str | None, *columns: str, where: str, on_sqlite: str = "") -> Index:
    """Return an index of the rows that fulfil a condition; SQLite uses it where a query says it in the same words."""
    return Index(name, *columns, sqlite_where=text(on_sqlite or where), postgresql_where=text(where))


class Base(DeclarativeBase):
    """The one declarative base; its metadata is what Alembic compares with the database."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), str: Text(), int: KeyType}
