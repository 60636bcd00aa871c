"""What the first revision makes."""
