"""The queries of docs/storage.md."""
