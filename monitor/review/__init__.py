"""What reviewers do, without the web: decide, search, and share a day's work."""
