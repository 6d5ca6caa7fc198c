"""A real package index on this machine's loopback: a login, a certificate, and one wheel."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import ssl
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

USER, PASSWORD = "robin", "p4ss-of-the-index"
NAME = "regoose-private-sample"
_FILE = "regoose_private_sample-1.0-py3-none-any.whl"


@dataclass
class PackageIndex:
    """A started index. ``logins`` are the Authorization headers it was sent."""

    port: int
    scheme: str
    logins: list[str] = field(default_factory=list)

    def address(self, login: str = f"{USER}:{PASSWORD}@") -> str:
        """The address for an installer; ``login`` goes before the host."""
        return f"{self.scheme}://{login}127.0.0.1:{self.port}/simple"


@contextlib.contextmanager
def package_index(certificate: Path | None = None) -> Iterator[PackageIndex]:
    """Serve, with TLS where ``certificate`` (a file with its key) is given."""
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    wheel = _wheel()
    link = f'<a href="/files/{_FILE}#sha256={hashlib.sha256(wheel).hexdigest()}">{_FILE}</a>'
    pages = {f"/simple/{NAME}/": link.encode(), f"/files/{_FILE}": wheel}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            login = self.headers.get("Authorization")
            body = pages.get(self.path)
            if login is not None:
                index.logins.append(login)
            code = 401 if login != expected else 200 if body is not None else 404
            self.send_response(code)
            if code == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="index"')
            kind = "text/html" if self.path.startswith("/simple") else "application/octet-stream"
            content = body if code == 200 and body is not None else b""
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET  # noqa: N815 - the name that is looked for

        def log_message(self, format: str, *arguments: object) -> None:
            """Keep the tests' output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        index = PackageIndex(server.server_port, "http" if certificate is None else "https")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()


def make_certificates(directory: Path) -> tuple[Path, Path]:
    """Make an authority and, signed by it, a certificate for the loopback; return both files."""
    files = ("authority", "request", "server")
    authority, request, signed = (directory / f"{name}.pem" for name in files)
    names, key = directory / "names", f"{authority}.key"
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    own = ["-newkey", "rsa:2048", "-nodes", "-subj"]
    _openssl("req", "-x509", *own, "/CN=Authority", "-keyout", key, "-out", authority)
    _openssl("req", *own, "/CN=127.0.0.1", "-keyout", f"{signed}.key", "-out", request)
    _openssl(
        "x509", "-req", "-in", request, "-CA", authority, "-CAkey", key,
        "-extfile", names, "-out", signed,
    )  # fmt: skip
    both = directory / "server-with-key.pem"
    both.write_bytes(Path(f"{signed}.key").read_bytes() + signed.read_bytes())
    return authority, both


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def _wheel() -> bytes:
    content = io.BytesIO()
    info = "regoose_private_sample-1.0.dist-info"
    files = {
        "regoose_private_sample.py": "ANSWER = 42\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)
    return content.getvalue()
