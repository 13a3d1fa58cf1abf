"""How each patient wants to hear from the clinic, and the numbers that said STOP."""
