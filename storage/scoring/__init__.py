"""Models, their scores, copies and evidence."""
