"""Rule sets written, approved and put into force, on real databases."""
