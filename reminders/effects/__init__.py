"""What came of reminders: an experiment's result, and what cannot be said without one."""
