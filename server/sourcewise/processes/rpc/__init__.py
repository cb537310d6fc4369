"""Remote procedure calls between the Sourcewise processes of one user; any number can run at the same time.

Hides the socket, its authentication, and the end of either side. The server listens at a socket next to its address
file or, if that is not possible (Windows, a long path, some disks), at a port of the loopback interface. The address
file contains the address and a secret. Only this user can read it, and nothing is unpickled from a peer that has not
proved that it knows the secret.

    client                  server
              ←    →                proof that both know the secret
    (method, args)     →
                       ←    ("done", value) or ("failed", error)        then the next call
"""

from sourcewise.processes.rpc.client import RpcClient
from sourcewise.processes.rpc.server import RpcServer

__all__ = ["RpcClient", "RpcServer"]
