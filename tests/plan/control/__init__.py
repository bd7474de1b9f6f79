"""Tests of what the plan does with batteries."""
