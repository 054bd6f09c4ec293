"""What may be done with assets that are there: look, describe, delete, sign, decide."""
