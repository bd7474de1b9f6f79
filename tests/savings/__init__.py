"""Tests of the savings library."""
