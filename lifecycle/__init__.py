"""The hall of the house: settings, addresses, and how the rooms are tied together."""
