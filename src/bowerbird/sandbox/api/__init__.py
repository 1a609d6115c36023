"""The sandbox's control plane under /_bowerbird: for the owner of the sandbox, invisible to clients of the protocol."""
