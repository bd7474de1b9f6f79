"""Command line of the emulated meter, which needs nothing but Python."""
