"""Jobs over everything: erase, retain, back up, restore, and the record of processing."""
