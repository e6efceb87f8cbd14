"""The page on which an owner says how letters look."""
