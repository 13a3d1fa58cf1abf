"""Other people's programs, each in an environment of its own, asked the same questions as ours."""
