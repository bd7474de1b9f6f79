"""Meter emulation: answers the polls by which batteries in Auto look for a meter.

A battery in Auto is the regulator. It polls a meter over UDP and steers itself, so that whoever
answers those polls gives it any meter and writes nothing to it (docs/meter.md). Asyncio and the standard
library only: this package runs alone, for a bench or for a look from the command line.
"""
