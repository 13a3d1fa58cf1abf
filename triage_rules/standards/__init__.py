"""National standards: what they demand, whether it was done, and what was decided instead."""
