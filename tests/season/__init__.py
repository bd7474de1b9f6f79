"""The season that is lived through by command: its pure parts, and three weeks of it."""
