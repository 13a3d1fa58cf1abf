"""What a draft would mean for the clinic's own patients, before anyone publishes it."""
