"""Mutations of the device library, of commands and of the plan's control, and the tests for them."""
