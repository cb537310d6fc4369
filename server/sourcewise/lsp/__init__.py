"""The door for editors: the Language Server Protocol over standard input and output. The only user of pygls."""

from sourcewise.lsp.server import make_server, run, serve

__all__ = ["make_server", "run", "serve"]
