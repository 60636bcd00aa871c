"""The whole database: copied, loaded, and as a file."""
