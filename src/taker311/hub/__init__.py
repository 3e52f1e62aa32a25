"""The embedded city: a GeoReport v2 server that a small city runs for real and the demo runs on loopback."""
