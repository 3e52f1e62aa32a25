"""HTTP with deadlines and caps: the only importer of httpx."""
