"""The same home as the tests of exports have."""

from tests.records.conftest import home_fixture, recorder_db_url_fixture

__all__ = ["home_fixture", "recorder_db_url_fixture"]
