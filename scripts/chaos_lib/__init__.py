"""A home to which anything happens, and what must hold meanwhile."""
