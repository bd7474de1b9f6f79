"""Tests of the files for spreadsheets."""
