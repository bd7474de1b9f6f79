"""Tests of the replay of measured hours."""
