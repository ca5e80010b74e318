"""What the demo does when a machine is slow."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo import serving

# Listens at once, lets the first two questions wait in vain, and answers the third.
SLOW = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
waiting = [listener.accept()[0] for _ in range(2)]
answering, _ = listener.accept()
answering.recv(4096)
answering.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
answering.close()
"""


def test_a_server_that_is_slow_to_answer_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(serving, "_QUESTION_SECONDS", 0.3)
    with subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        start = time.monotonic()
        serving._wait_until_ready(f"http://127.0.0.1:{port}", server, tmp_path / "none")
        assert time.monotonic() - start >= 0.6
