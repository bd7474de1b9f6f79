"""Tariff of a home: colours or prices, read from their sources, stored and published."""
