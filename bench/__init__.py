"""Measures the product against the same work done barely, on one machine, in one run: `manage.py bench`."""
