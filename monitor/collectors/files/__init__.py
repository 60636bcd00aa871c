"""Imports of files: tables, JSON lines and what known tools export, read as posts; nothing here stores them."""
