"""Offers that letters make: one in so many months, above a floor, never money off for those who had stopped coming."""
