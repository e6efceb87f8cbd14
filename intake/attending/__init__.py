"""Who was here: an evening's list that staff tick at the door, and the card that members carry."""
