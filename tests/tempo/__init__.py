"""The tariff library, replayed on twelve real seasons and against sources played locally."""
