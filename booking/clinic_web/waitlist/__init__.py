"""Who waits for an earlier time, and what came free."""
