"""The operations of the API, one resource a file."""
