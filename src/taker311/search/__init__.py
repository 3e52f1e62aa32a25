"""From a caller's words to ranked topics."""
