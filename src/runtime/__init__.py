"""The only code that knows the Workers runtime: its bindings behind our ports."""
