"""People who join without a shop: on a page of the house, or by the hand of somebody who works here."""
