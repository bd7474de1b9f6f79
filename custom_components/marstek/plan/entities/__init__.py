"""Entities of the tariff and the plan: they show and forward, and hold no rule."""
