"""Tests of the integration, its libraries, the simulator and the repository itself."""
