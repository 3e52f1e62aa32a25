"""The case, its reference, the store, the outbox and delivery."""
