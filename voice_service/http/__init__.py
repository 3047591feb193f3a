"""Requests and answers: one file of routes for each subject."""
