"""The demo clinics' follow-up: their rules, and patients who have lived by them for a year."""
