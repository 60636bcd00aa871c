"""The tables of the first revision, filled by the modules beside this one, and the types of their columns.

They are written down apart from the models, which go on changing. Names of constraints follow from the naming
convention of `storage.base`, which never changes.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from storage.base import NAMING_CONVENTION

TABLES = sa.MetaData(naming_convention=NAMING_CONVENTION)
KEY: TypeEngine[Any] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON: TypeEngine[Any] = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def to(table: str, ondelete: str) -> sa.ForeignKey:
    """Return a reference to the key of a table, and what becomes of the row when the other one is deleted."""
    return sa.ForeignKey(f"{table}.id", ondelete=ondelete)
