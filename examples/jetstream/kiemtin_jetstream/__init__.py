"""Bluesky's Jetstream for KiểmTin: a websocket under the checks of its HTTP client, events, and readings that end."""
