"""Moderating: looking at content, and having its owners do what the ledger's cases say of it."""
