"""Text rules: fold what people type, read it as words, hold it against documented lists."""
