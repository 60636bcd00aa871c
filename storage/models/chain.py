"""Hash chains: each row of an append-only table carries the hash of the row before it."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Sha256


class Chained:
    """The columns of a row in a chain; empty only in a row that was added past the program, which triggers refuse."""

    chain_position: Mapped[int | None] = mapped_column(index=True, unique=True, doc="1 is the first row of the chain")
    chain_previous: Mapped[str | None] = mapped_column(String(64), doc="hash of the row before")
    chain_salt: Mapped[str | None] = mapped_column(
        String(32), doc="random; once the row is deleted, its hash says nothing about what it held"
    )
    chain_hash: Mapped[str | None] = mapped_column(String(64), doc="SHA-256 of all the row holds")


class ChainHead(Base):
    """The end of a chain. Taking it serialises the programs that add rows, and shows when rows are cut off."""

    __tablename__ = "chain_heads"

    table_name: Mapped[str] = mapped_column(String(40), primary_key=True)
    chain_position: Mapped[int]
    chain_hash: Mapped[Sha256]


class Redaction(Base):
    """What is left of a row that retention or erasure deleted: its place in the chain, and no content."""

    __tablename__ = "redactions"

    table_name: Mapped[str] = mapped_column(String(40), primary_key=True)
    chain_position: Mapped[int] = mapped_column(primary_key=True)
    chain_previous: Mapped[Sha256]
    chain_hash: Mapped[Sha256]
    redacted_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(20), doc="retention or erasure")
