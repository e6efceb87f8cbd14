"""Questions that letters ask and one click answers."""
