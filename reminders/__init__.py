"""Reminders: what is sent to patients, when, and what they answer. `rooms` hangs it together."""
