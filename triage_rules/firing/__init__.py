"""How often each row fires and each input is missing: rules that fall silent are hard to see."""
