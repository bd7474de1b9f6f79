"""Weights of the colour forecast, and how good it is over twelve seasons."""
