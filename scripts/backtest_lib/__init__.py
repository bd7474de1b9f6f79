"""What strategies would have saved a home, season by season, with a small model of it."""
