"""The shift: what the calls of a desk add up to, with no word of a caller in it."""
