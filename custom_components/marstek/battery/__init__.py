"""Home Assistant's view of one battery."""
