"""Trying reminder models against each other, by lot."""
