"""The pages of contacts that belong together: asking, choosing, and what is booked."""
