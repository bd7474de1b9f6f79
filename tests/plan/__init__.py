"""The plan's tariff in Home Assistant, against simulated sources over real TCP."""
