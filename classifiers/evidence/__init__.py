"""Which reference texts bear on a claim, by words and by facts: amounts, places, dates and outcomes."""
