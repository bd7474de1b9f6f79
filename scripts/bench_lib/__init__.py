"""Figures of the integration, measured on simulated batteries."""
