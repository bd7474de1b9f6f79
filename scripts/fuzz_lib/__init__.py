"""Fuzzing of all that reads from outside."""
