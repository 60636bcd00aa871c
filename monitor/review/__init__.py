"""The review desk: the web pages on which people look at flagged posts and decide."""
