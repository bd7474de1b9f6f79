"""Tests of what is kept of a home: exports, reports and imported history."""
