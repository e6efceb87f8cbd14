"""Lists that come in: CSV files and spreadsheets of members, contracts, payments and happenings."""
