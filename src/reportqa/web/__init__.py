"""The web app: Gradio pages over the public API; they call and render, and know nothing of retrieval or files."""

from reportqa.web.server import serve

__all__ = ["serve"]
