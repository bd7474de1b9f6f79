"""Homes, batteries, moments and networks that tests share."""
