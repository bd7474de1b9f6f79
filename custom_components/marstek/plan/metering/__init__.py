"""Meter emulation of a home: the source entities, the batteries that ask, and what becomes of it."""
