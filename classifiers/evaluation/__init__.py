"""Measures of a classifier: metrics, intervals, comparisons, errors."""
