"""A real Home Assistant with three simulated batteries, on one machine."""
