"""From appointments and policies to planned messages."""
