"""Durable Object classes: thin shells over the domain. RPC in, plain dicts out."""
