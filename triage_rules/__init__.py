"""Follow-up by need: the rules clinicians write, and what follows from them."""
