"""Texts spoken aloud: which voices there are, what they say, how they sound."""
