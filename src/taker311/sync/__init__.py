"""Fetching the knowledge base: only what the city signed, in as few bytes as can be, from a server or a stick."""
