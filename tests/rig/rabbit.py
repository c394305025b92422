"""A RabbitMQ of one's own: on loopback, in a folder, to be killed and started again. apt has it, no wheel does."""

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kombu import Connection
from kombu.exceptions import OperationalError

from config.local.server import HOST, free_port
from tests.rig import certificate
from tests.rig.poll import until

DEBIAN = Path("/usr/lib/rabbitmq/bin")  # the programs in PATH there change the user and the folder first
NODE = "crossdock@localhost"
CONFIG = """\
listeners.tcp.1 = {host}:{port}
listeners.ssl.1 = {host}:{tls_port}
ssl_options.certfile = {folder}/server.pem
ssl_options.keyfile = {folder}/server.key
log.console = true
log.console.level = info
log.file = false
"""


def programs() -> Path | None:
    """The folder of RabbitMQ's programs; None where it is not installed."""
    if (DEBIAN / "rabbitmq-server").exists():
        return DEBIAN
    found = shutil.which("rabbitmq-server")
    return Path(found).parent if found else None


class Rabbit:
    """``url`` by TCP, ``tls_url`` by TLS with a certificate that ``certificate`` vouches for."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._server: subprocess.Popen[bytes] | None = None
        self.port, self.tls_port, self._names = free_port(), free_port(), free_port()
        self._host = "/"
        self.certificate = certificate.write(folder, HOST)
        text = CONFIG.format(host=HOST, port=self.port, tls_port=self.tls_port, folder=folder)
        (folder / "rabbitmq.conf").write_text(text)
        (folder / "plugins").write_text("[].\n")
        self._environment = self._own_environment(free_port())

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{HOST}:{self.port}/{self._host}"

    @property
    def tls_url(self) -> str:
        return f"amqps://guest:guest@{HOST}:{self.tls_port}/{self._host}"

    def start(self) -> None:
        with (self._folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "rabbitmq-server"], env=self._environment, cwd=self._folder, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        until(self._answers, seconds=90, every=0.1)

    def kill(self) -> None:
        """As by kill -9: what was not written is lost."""
        if self._server:
            with suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def kinds(self) -> dict[str, str]:
        """Of every queue, by its name."""
        told = self._ask("list_queues", "-p", self._host, "--no-table-headers", "name", "type")
        return dict(line.split("\t") for line in told)

    def waiting(self, *names: str) -> dict[str, int]:
        """Messages that nobody fetched, of each of the queues that has any."""
        with Connection(self.url) as connection:
            channel = connection.default_channel
            found = {name: channel.queue_declare(name, passive=True).message_count for name in names}
        return {name: count for name, count in found.items() if count}

    def renew(self) -> None:
        """Another virtual host: nothing is in it."""
        self._host = f"host-{uuid.uuid4().hex[:8]}"
        self._ask("add_vhost", self._host)
        self._ask("set_permissions", "-p", self._host, "guest", ".*", ".*", ".*")

    @contextmanager
    def short_of_memory(self) -> Iterator[None]:
        self._ask("set_vm_memory_high_watermark", "absolute", "1000")
        try:
            yield
        finally:
            self._ask("set_vm_memory_high_watermark", "0.4")

    @contextmanager
    def named(self) -> Iterator[None]:
        """Erlang's name server runs meanwhile, on loopback and for this node alone."""
        names = subprocess.Popen(["epmd", "-address", HOST, "-port", str(self._names)])
        try:
            yield
        finally:
            names.kill()
            names.wait()

    def _ask(self, *words: str) -> list[str]:
        done = subprocess.run(
            [self._programs / "rabbitmqctl", "--quiet", *words], env=self._environment,
            cwd=self._folder, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout.splitlines()

    def _answers(self) -> bool:
        assert self._server
        assert self._server.poll() is None, (self._folder / "server.log").read_text()
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except (OSError, OperationalError):
            return False
        return True

    def _own_environment(self, port: int) -> dict[str, str]:
        """Nothing of the machine's own RabbitMQ counts. `ALLOW_INPUT` makes the server this very process."""
        own = {
            "NODENAME": NODE,
            "NODE_IP_ADDRESS": HOST,
            "NODE_PORT": f"{self.port}",
            "DIST_PORT": f"{port}",
            "MNESIA_BASE": f"{self._folder / 'data'}",
            "LOG_BASE": f"{self._folder / 'log'}",
            "PID_FILE": f"{self._folder / 'pid'}",
            "CONFIG_FILE": f"{self._folder / 'rabbitmq.conf'}",
            "CONF_ENV_FILE": f"{self._folder / 'none'}",
            "ENABLED_PLUGINS_FILE": f"{self._folder / 'plugins'}",
            "ALLOW_INPUT": "1",
            "SERVER_ADDITIONAL_ERL_ARGS": "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
        }
        machine = {"PATH": os.environ["PATH"], "HOME": f"{self._folder}", "LANG": "C.UTF-8"}
        names = {"ERL_EPMD_PORT": f"{self._names}", "ERL_EPMD_ADDRESS": HOST}
        return {**machine, **names, **{f"RABBITMQ_{name}": value for name, value in own.items()}}


@contextmanager
def running(programs: Path, folder: Path) -> Iterator[Rabbit]:
    rabbit = Rabbit(programs, folder)
    with rabbit.named():
        try:
            rabbit.start()
            yield rabbit
        finally:
            rabbit.kill()
