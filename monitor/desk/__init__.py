"""The desk: the web pages on which people review, and the API."""
