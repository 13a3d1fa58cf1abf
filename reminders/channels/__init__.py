"""The ways a message can go: each one small class behind one interface (`port`)."""
