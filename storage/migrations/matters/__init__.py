"""The migration to matters: what the first release holds, and the matters that follow from it."""
