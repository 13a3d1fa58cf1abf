"""Following patients by need: plans, decisions, and what each decision leads to."""
