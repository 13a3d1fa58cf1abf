"""Whom a call a week before would help the most. The order is shown; what made it never is."""
