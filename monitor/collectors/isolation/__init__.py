"""Parsing of what servers send, apart from the event loop and within limits of time, memory and depth."""
