"""Scripted callers in the desk's own screens, on a sealed store, scored the same way every time."""
