"""A wire to the broker, to be cut: with a sound, without one, or for a while."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HOST = "127.0.0.1"


@dataclass
class Strand:
    """One connection, with both of its ends."""

    near: socket.socket
    far: socket.socket
    since: float = field(default_factory=time.monotonic)
    silent: threading.Event = field(default_factory=threading.Event)

    def carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.silent.is_set():
                    return  # the sockets stay open
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        for end in (self.near, self.far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Wire:
    def __init__(self, broker: str) -> None:
        url = urlsplit(broker)
        self._behind = (url.hostname or "", url.port or 6379)
        self._strands: list[Strand] = []
        self._port = 0
        self.mend()
        address, user = f"{HOST}:{self._port}", url.netloc.rpartition("@")[0]
        self.url = url._replace(netloc=f"{user}@{address}" if user else address).geturl()

    @property
    def age(self) -> float:
        """Of the first connection, in seconds."""
        return time.monotonic() - self._strands[0].since

    def hush(self, *, older: float = 1.0) -> None:
        """Connections of such an age hear nothing more, as when a firewall forgets them; no end is told of it."""
        for strand in self._strands:
            if time.monotonic() - strand.since > older:
                strand.silent.set()

    def close_all(self) -> None:
        """Every connection ends; new ones are served."""
        for strand in self._strands:
            strand.close()

    def cut(self) -> None:
        """Every connection ends, and new ones are refused."""
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.close_all()

    def mend(self) -> None:
        self._door = socket.create_server((HOST, self._port))
        self._port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, args=[self._door], daemon=True).start()

    def _serve(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                strand = Strand(near, socket.create_connection(self._behind))
                self._strands.append(strand)
                for ends in ((strand.near, strand.far), (strand.far, strand.near)):
                    threading.Thread(target=strand.carry, args=ends, daemon=True).start()


@contextmanager
def wire(broker: str) -> Iterator[Wire]:
    made = Wire(broker)
    try:
        yield made
    finally:
        made.cut()
