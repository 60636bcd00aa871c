"""Decisions become examples, examples a candidate, and a candidate the model in use."""
