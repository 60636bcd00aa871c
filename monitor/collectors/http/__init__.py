"""The HTTP client for all collectors: robots.txt, rate limits, retries, address guard."""
