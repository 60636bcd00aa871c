"""Every setting, read once, and nothing else."""
