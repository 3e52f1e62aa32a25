"""Scripts, conditions, the interview, routing, the promise and the read-back. Pure: no clock, no disk, no network."""
