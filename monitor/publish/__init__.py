"""Publishes corrections as static files: pages, an Atom feed, and ClaimReview for search engines."""
