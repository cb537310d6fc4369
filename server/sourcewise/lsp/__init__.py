"""The language server: LSP over standard input and output. Only this package uses pygls."""

from sourcewise.lsp.server import make_server, run, serve

__all__ = ["make_server", "run", "serve"]
