"""From staged changes to a tag that holds them: review, approval, writing, recovery, backups."""
