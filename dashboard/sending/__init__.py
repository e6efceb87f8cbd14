"""The page of the sending rules: its form, what it says in words, and what would follow from it."""
