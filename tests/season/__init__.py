"""The pure parts of the season that is lived through by command."""
