"""The pages of the desk, one router a page."""
