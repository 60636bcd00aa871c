"""Masks of personal data in quoted texts."""
