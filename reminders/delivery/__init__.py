"""From planned messages to delivered ones: at most one effective send, and nothing lost."""
