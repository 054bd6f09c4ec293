"""The HTTP API: routes, schemas, authentication and errors over the ports it is given."""
