"""Entities of a battery: they show and forward, and hold no rule."""
