"""What patients answer, by text message and by key press."""
