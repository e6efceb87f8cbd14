"""A large believable database, fast: for benches and for looking at pages with a million members."""
