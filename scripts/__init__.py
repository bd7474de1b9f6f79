"""Tools of the project, none of which is part of the integration."""
