"""The review of planned check-ups: which of them the rules would not have asked for."""
