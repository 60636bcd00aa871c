"""Parsing that several collectors share: HTML, dates, articles, languages."""
