"""The sandbox's control plane under /_bowerbird: for whoever owns the sandbox, invisible to clients of the protocol."""
