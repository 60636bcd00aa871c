"""Programs are killed at random points of all they do, and what they leave is looked at.

`make chaos` kills a thousand times on each database, `make gate` fifty times.
"""
