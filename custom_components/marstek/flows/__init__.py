"""Steps of the config, options and subentry flows."""
