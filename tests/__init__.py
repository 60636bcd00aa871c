"""Tests: they mirror the packages and read as their documentation."""
