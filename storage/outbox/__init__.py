"""What leaves the house, and what became of it."""
