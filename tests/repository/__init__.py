"""The rules that `test_repository.py` holds the repository to."""
