"""What can be done with links: each use case over the ports, whatever route asks for it."""
