"""What a clinic sends, when, by which channels and in which words."""
