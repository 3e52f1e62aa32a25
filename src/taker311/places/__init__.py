"""From a caller's "corner of ..." to a point and its districts."""
