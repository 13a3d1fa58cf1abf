"""Referrals as the secretary sees them: what is near its deadline, and one at a time."""
