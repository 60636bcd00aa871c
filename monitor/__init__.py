"""KiểmTin: everything that has an address, a clock or a screen."""
