"""Work on the ten slots inside a battery: writing them, and doubting what was written."""
