"""Imports of files: tables, JSON lines and what known tools export, read as posts; nothing here stores them."""

from monitor.collectors.files.base import Refusal
from monitor.collectors.files.formats import FORMATS, format_names, open_file
from monitor.collectors.files.mapping import FIELDS, ColumnMapping
from monitor.collectors.files.reading import ImportFile, Row
from monitor.collectors.files.refused_file import RefusedFile
from monitor.collectors.files.row_identity import ROW
from monitor.collectors.parsing.day_order import DAY_FIRST, MONTH_FIRST, DateOrder

__all__ = [
    "DAY_FIRST",
    "FIELDS",
    "FORMATS",
    "MONTH_FIRST",
    "ROW",
    "ColumnMapping",
    "DateOrder",
    "ImportFile",
    "Refusal",
    "RefusedFile",
    "Row",
    "format_names",
    "open_file",
]
