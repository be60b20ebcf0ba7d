"""Virtual cards and readers: silicon in software, for practice, teaching and tests."""
