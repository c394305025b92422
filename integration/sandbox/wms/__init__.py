"""A stand-in for a warehouse system that implements the http_json contract, with faults to inject."""

from integration.sandbox.wms.server import SandboxWms

__all__ = ["SandboxWms"]
