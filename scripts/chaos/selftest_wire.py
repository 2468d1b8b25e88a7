"""Tries the gateway and the proxy of the harness on loopback. `selftest.py` runs these tests."""

from __future__ import annotations

import asyncio
import json
import unittest
import urllib.parse

import top_gateway
from plan import METHOD, Plan, request_body
from tcp_proxy import Proxy


class WireTests(unittest.TestCase):
    """The gateway and the proxy, on loopback."""

    def test_the_gateway_finds_wrong_signs_and_fails_on_demand(self) -> None:
        asyncio.run(asyncio.wait_for(self._gateway(), 30))

    async def _gateway(self) -> None:
        gateway = top_gateway.Gateway(Plan(1, 2, False), "secret", "session")
        await gateway.open()
        try:
            self.assertIn(b" 200 ", await call_gateway(gateway.port, 1, "secret"))
            await call_gateway(gateway.port, 2, "another secret")
            self.assertEqual([receipt.sign_is_right for receipt in gateway.receipts], [True, False])
            gateway.mode = top_gateway.CUT_BEFORE
            self.assertEqual(await call_gateway(gateway.port, 3, "secret"), b"")
            gateway.mode = top_gateway.CUT_WITHIN
            self.assertTrue((await call_gateway(gateway.port, 4, "secret")).startswith(b"HTTP/1.1 200"))
            self.assertEqual([receipt.answered for receipt in gateway.receipts], [True, True, False, False])
            await gateway.close()
            with self.assertRaises(OSError):
                await call_gateway(gateway.port, 5, "secret")
        finally:
            await gateway.close()

    def test_the_proxy_freezes_each_direction_and_cuts(self) -> None:
        asyncio.run(asyncio.wait_for(self._proxy(), 30))

    async def _proxy(self) -> None:
        received = asyncio.Queue[bytes]()

        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(100):
                received.put_nowait(data)
                writer.write(data)
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        proxy = Proxy(server.sockets[0].getsockname()[1])
        await proxy.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"a")
        self.assertEqual((await received.get(), await reader.read(100)), (b"a", b"a"))
        await proxy.freeze(up=False, down=True)
        writer.write(b"b")
        self.assertEqual(await received.get(), b"b")
        await proxy.freeze(up=True, down=False)
        writer.write(b"c")
        await asyncio.sleep(0.1)
        self.assertTrue(received.empty())
        await proxy.thaw()
        self.assertEqual(await received.get(), b"c")
        self.assertEqual(await reader.readexactly(2), b"bc")
        await proxy.start_cutting()
        with self.assertRaises((ConnectionError, EOFError)):
            await reader.readexactly(1)
        writer.transport.abort()
        await proxy.close()
        server.close()


async def call_gateway(port: int, number: int, secret: str) -> bytes:
    """Sends one signed request, and returns the head of the response, or nothing where it is not whole."""
    item = str(json.loads(request_body(number))["item_id"])
    parameters = [("method", METHOD), ("session", "session"), ("sign_method", "hmac-sha256"), ("item_id", item)]
    parameters.append(("sign", top_gateway.signing.sign(secret, parameters, "hmac-sha256")))
    body = urllib.parse.urlencode(parameters).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /router/rest HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        return head + await reader.read(1)
    except (OSError, asyncio.IncompleteReadError):
        return b""
    finally:
        writer.transport.abort()
