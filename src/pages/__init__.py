"""The HTML a visitor of a short link may see: pure functions, each page in a module of its own."""
