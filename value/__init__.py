"""Living well: what a membership gave, what of it was not used yet, and what comes next."""
