"""The API for programs, under /api/v1: what the desk does, without authors."""
