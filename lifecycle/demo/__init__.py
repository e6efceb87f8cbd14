"""The demo club: six years of a believable life, written down as history. Nothing of it starts anything."""
