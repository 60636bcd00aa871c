"""Places in texts: a gazetteer of administrative units before and after 2025, and a finder of mentions."""
