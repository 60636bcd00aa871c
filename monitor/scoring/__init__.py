"""Posts become scores, flags, copies and evidence."""
