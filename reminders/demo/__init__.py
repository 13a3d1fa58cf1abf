"""The demo's messages, its telephone, and a way to let time pass."""
