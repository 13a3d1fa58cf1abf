"""The patient's page about messages."""
