"""Labelled texts: the readers of data sets, what is known beside a text, and the challenge set."""
