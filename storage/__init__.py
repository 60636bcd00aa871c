"""Rows in, rows out: the tables of KiểmTin and the questions asked of them. Knows no text processing and no network."""
