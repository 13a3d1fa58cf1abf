"""Overbooking in the workbench: sessions, places granted, limits and what came of it."""
