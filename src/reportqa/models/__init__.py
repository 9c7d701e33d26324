"""The models that turn words into vectors, bundled or named."""
