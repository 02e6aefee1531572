"""The front: a TLS front and proxy on loopback, through which a client's own traffic is led."""
