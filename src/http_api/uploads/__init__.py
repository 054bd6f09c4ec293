"""Uploads: a file on its way from a request's body to its asset."""
