"""Rettid measured against others, and against itself; `README.md` says how to read the figures."""
