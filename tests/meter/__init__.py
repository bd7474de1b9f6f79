"""Tests of the meter library, without Home Assistant."""
