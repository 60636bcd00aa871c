"""Vietnamese text: one normaliser aligned with the original, and word segmentation."""
