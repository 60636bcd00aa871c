"""A source's posts become rows."""
