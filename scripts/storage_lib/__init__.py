"""Check of docs/storage.md against real database servers."""
