"""Counts for pages, reports and alerts."""
