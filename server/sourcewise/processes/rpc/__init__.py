"""How the Sourcewise processes of one user ask one another: calls of methods by name, any number at the same time.

Hides the socket, who may use it, and what the end of one side means for the other. The server listens at a socket
beside its address file or, where none can be (Windows, a long path, some disks), at a port of the loopback interface.
The address file says where, with a secret; only this user may read it, and nothing is unpickled that comes from
somebody without the secret.

    client                  server
              ←    →                proof that both know the secret
    (method, args)     →
                       ←    ("done", value) or ("failed", error)        and so on with the next call
"""

from sourcewise.processes.rpc.client import RpcClient
from sourcewise.processes.rpc.server import RpcServer

__all__ = ["RpcClient", "RpcServer"]
