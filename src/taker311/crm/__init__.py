"""Talking Open311 GeoReport v2. How an endpoint differs from the standard is data, not code."""
