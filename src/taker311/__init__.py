"""taker311: the 311 call-taker's desk."""

__version__ = "0.1.0"
