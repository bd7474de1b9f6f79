"""Makes the integration importable by the tests under the name that Home Assistant uses."""
