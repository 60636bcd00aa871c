"""A week in an invented district: sample platforms on loopback and the whole way from public posts to a report."""
