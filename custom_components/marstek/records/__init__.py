"""What is kept of a home, to take away: exports, reports and imported history."""
