"""The part of the platform's own Python that packages may rely on while they are imported."""
