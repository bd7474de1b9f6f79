"""The device library, driven against simulated batteries over real sockets."""
