"""Flags, decisions, and what follows from them."""
