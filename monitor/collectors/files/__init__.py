"""Imports of files: CSV in any delimiter and JSON lines, plain or gzipped, read as posts; nothing here stores them."""

from monitor.collectors.files.base import Refusal
from monitor.collectors.files.import_file import ImportFile, open_file
from monitor.collectors.files.mapping import FIELDS, ColumnMapping

__all__ = ["FIELDS", "ColumnMapping", "ImportFile", "Refusal", "open_file"]
