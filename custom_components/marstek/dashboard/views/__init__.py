"""Pages of the dashboard, each built from the inventory of a home (pure)."""
