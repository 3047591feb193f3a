"""Voices of people's own: consent, what was measured, and voices of the house that resemble them."""
