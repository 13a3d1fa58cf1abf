"""What is written to patients, and what may be wrong with it. Pure."""
