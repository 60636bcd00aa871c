"""Text in, predictions out: knows no database, no network and no clock."""
