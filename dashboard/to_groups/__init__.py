"""The page on which a letter to a group is written: what it shows, and what it understands."""
