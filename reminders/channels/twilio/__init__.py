"""Text messages and calls through Twilio. Nothing else in Rettid knows its library."""
