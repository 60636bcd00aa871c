"""Bluesky's AppView."""
