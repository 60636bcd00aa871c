"""From prepared texts to a TF-IDF matrix."""
