"""The hub on a socket: starts, stops and starts again on the same port; in a demo with a control listener beside it."""

from __future__ import annotations

import asyncio
import hmac
import socket
import threading
import time
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from taker311.base.errors import UserError
from taker311.hub.app import BASE
from taker311.hub.faults import MODES, Faults

_START_S = 15.0


class Listener:
    """An application on one address, in a thread of its own. Stopped, the port stays ours: it refuses connections."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._held: socket.socket | None = _bind(host, port)
        self.port: int = self._held.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Returns when connections are taken. Does nothing when they already are."""
        with self._lock:
            if self._thread is not None:
                return
            held = self._held or _bind(self._host, self.port)
            self._held = None
            config = uvicorn.Config(
                self._app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=2,
            )
            server = uvicorn.Server(config)
            thread = threading.Thread(target=_serve, args=(server, held), name="hub", daemon=True)
            thread.start()
            deadline = time.monotonic() + _START_S
            while not server.started:
                if not thread.is_alive() or time.monotonic() > deadline:
                    raise UserError(f"{self.url}: the hub could not be started.")
                time.sleep(0.005)
            self._server, self._thread = server, thread

    def stop(self, *, hold_port: bool = True) -> None:
        """Ends the connections and takes none; with `hold_port` nobody else gets the port meanwhile."""
        with self._lock:
            if self._thread is not None and self._server is not None:
                self._server.should_exit = True
                self._server.force_exit = True
                self._thread.join(_START_S)
                self._server = self._thread = None
            if hold_port and self._held is None:
                self._held = _bind(self._host, self.port)
            elif not hold_port and self._held is not None:
                self._held.close()
                self._held = None


def _bind(host: str, port: int) -> socket.socket:
    """A bound socket that does not listen yet."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # The protocol named: asyncio turns Nagle's algorithm off only where it is, and with it a reply in two packets
        # waits 40 ms for the other side's delayed acknowledgement.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise UserError(f"{host}: the hub can't listen there ({error.strerror or error}).") from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise UserError(
            f"{host}:{port}: the hub can't listen there ({error.strerror or error}); "
            "choose another port with --port, or 0 for any free one."
        ) from error
    return bound


def _serve(server: uvicorn.Server, bound: socket.socket) -> None:
    try:
        asyncio.run(server.serve(sockets=[bound]))
    finally:
        bound.close()


class HubServer:
    """The hub's listener and, with `control_token`, the demo's switch on a loopback port of its own, so that it can be
    reached while the hub is off: `POST /_demo/MODE` with the header X-Demo-Token."""

    def __init__(
        self, app: ASGIApp, faults: Faults, *, host: str = "127.0.0.1", port: int = 0, control_token: str = ""
    ) -> None:
        self._faults = faults
        self._listener = Listener(app, host, port)
        self._control: Listener | None = None
        if control_token:
            self._control = Listener(_control_app(self, control_token), "127.0.0.1", 0)

    @property
    def endpoint(self) -> str:
        """The GeoReport v2 endpoint."""
        return f"{self._listener.url}{BASE}/"

    @property
    def control_url(self) -> str:
        return f"{self._control.url}/_demo/" if self._control else ""

    def start(self) -> None:
        self._listener.start()
        if self._control:
            self._control.start()

    def switch(self, mode: str) -> None:
        """A mode of faults.MODES; `off` refuses connections on the same port until another mode is set."""
        known = next(name for name in MODES if name == mode)
        self._faults.set(known)
        if known == "off":
            self._listener.stop()
        else:
            self._listener.start()

    def stop(self) -> None:
        self._listener.stop(hold_port=False)
        if self._control:
            self._control.stop(hold_port=False)

    def __enter__(self) -> HubServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _control_app(server: HubServer, token: str) -> Starlette:
    async def switch(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("x-demo-token", "").encode(), token.encode()):
            return JSONResponse({"problem": "the X-Demo-Token is not right."}, 403)
        mode = request.path_params["mode"]
        if mode not in MODES:
            return JSONResponse({"problem": f"the modes are {', '.join(MODES)}."}, 404)
        await asyncio.get_running_loop().run_in_executor(None, server.switch, mode)
        return JSONResponse({"mode": mode})

    return Starlette(routes=[Route("/_demo/{mode}", switch, methods=["POST"])])
