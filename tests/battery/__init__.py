"""Tests of Home Assistant's view of a battery, against simulated ones on real sockets."""
