"""Who may not come, what one more patient does to a session, and leave to book one."""
