"""Discourse forums."""
