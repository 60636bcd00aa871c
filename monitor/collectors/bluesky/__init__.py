"""Bluesky's AppView and Jetstream."""
