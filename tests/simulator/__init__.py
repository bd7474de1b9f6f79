"""The simulator against captures, the protocol and the vendor's own client."""
