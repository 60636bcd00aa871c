"""What every post passes: masks, pseudonyms, and the names of erased authors."""
