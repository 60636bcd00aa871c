"""Sources, what was read from them, and posts."""
