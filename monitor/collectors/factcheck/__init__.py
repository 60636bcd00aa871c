"""Google's Fact Check Tools API."""
