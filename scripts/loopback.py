"""Switch the loopback interface of a new network namespace on, then run a command.

Part of `scripts/isolated`; runs on the machine's own Python, which may be 3.11.
"""

import fcntl
import os
import socket
import struct
import sys

GET_FLAGS, SET_FLAGS = 0x8913, 0x8914
UP = 1
REQUEST = "16sh14x"

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    answer = fcntl.ioctl(control, GET_FLAGS, struct.pack(REQUEST, b"lo", 0))
    name, flags = struct.unpack(REQUEST, answer)
    fcntl.ioctl(control, SET_FLAGS, struct.pack(REQUEST, name, flags | UP))

os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - running a command is its purpose
