"""A label that the program does not have: its row, thirty posts to learn it from, and the way through everything."""
