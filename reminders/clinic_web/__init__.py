"""The staff's pages about messages."""
