"""Planned messages and the attempts at delivering them."""
