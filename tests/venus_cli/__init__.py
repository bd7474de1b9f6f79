"""Tests of `scripts/venus` against simulated batteries on real sockets."""
