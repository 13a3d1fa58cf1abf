"""A Twilio of the tests' own, with a memory and troubles, behind Twilio's API description."""
