"""The models: what turns words into vectors, bundled or of the owner's choice."""
