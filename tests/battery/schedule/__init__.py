"""The schedule inside batteries and what else is set there, in virtual time with real pacing."""
