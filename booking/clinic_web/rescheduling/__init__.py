"""The day that falls apart: what is out, the plan, another place by hand, and carrying it out."""
