"""What moderators, owners and the public do with cases."""
