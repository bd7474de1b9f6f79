"""One battery on the command line, without Home Assistant."""
