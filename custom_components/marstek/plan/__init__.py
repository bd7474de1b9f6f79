"""Home Assistant's view of the plan of a home: its tariff, and what it makes of it."""
