"""What CardScope keeps between two runs, in one SQLite file in the user's data folder."""
