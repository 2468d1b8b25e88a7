"""Reads HTTP messages as llhttp (httptools) and h11 do, to compare another parser with them.

Each line of input is a kind, `request` or `response`, and the bytes of a connection in hexadecimal. Each line of output
has the messages that llhttp read, a bar, and those that h11 read. Messages end with a semicolon and are texts in
hexadecimal: the start line, lower-case field names with their values, an empty line, and the body. A full stop after
the last one means that the rest was not read: h11 never goes on after a message of HTTP/1.0, and httptools stops at a
request to upgrade.
"""

import sys

import h11
import httptools

LIMIT = 1 << 20


def canonical(start, fields, body):
    lines = [start]
    for name, value in fields:
        name, value = name.lower(), value.strip(b" \t")
        # h11 writes the coding in small letters.
        lines.append(name + b":" + (value.lower() if name == b"transfer-encoding" else value))
    return (b"\n".join(lines) + b"\n\n" + body).hex()


class LLHTTP:
    """Gathers what httptools reports."""

    def __init__(self, kind):
        self.is_request = kind == "request"
        parser = httptools.HttpRequestParser if self.is_request else httptools.HttpResponseParser
        self.parser = parser(self)
        self.messages = []
        self.has_stopped = False
        self.begin()

    def begin(self):
        self.target, self.fields, self.body, self.start = b"", [], b"", None

    def on_url(self, url):
        self.target += url

    def on_header(self, name, value):
        if self.start is None:
            self.fields.append((name, value))

    def on_headers_complete(self):
        version = self.parser.get_http_version().encode()
        if self.is_request:
            self.start = self.parser.get_method() + b" " + self.target + b" " + version
        else:
            self.status = self.parser.get_status_code()
            self.start = str(self.status).encode() + b" " + version

    def on_body(self, body):
        self.body += body

    def on_message_complete(self):
        if self.is_request and self.parser.should_upgrade():
            # httptools leaves the body of such a request out, which llhttp itself does not.
            self.has_stopped = True
        if self.has_stopped:
            return
        self.messages.append(canonical(self.start, self.fields, self.body))
        self.begin()

    def read(self, data):
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return self.messages + ["."]
        except httptools.HttpParserError:
            return self.messages
        if not self.is_request and self.start is not None:
            names = {name.lower() for name, _ in self.fields}
            # Such a body ends with the connection, which httptools cannot be told of.
            if not names & {b"content-length", b"transfer-encoding"}:
                self.on_message_complete()
        return self.messages


def stop(head):
    return ["."] if head.http_version == b"1.0" else []


def read_requests_with_h11(data):
    messages = []
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LIMIT)
    head, body = None, b""
    try:
        connection.receive_data(data)
        connection.receive_data(b"")
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                head, body = event, b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                start = head.method + b" " + head.target + b" " + head.http_version
                messages.append(canonical(start, head.headers, body))
                connection.send(h11.Response(status_code=200, headers=[(b"Content-Length", b"0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE:
                    return messages + stop(head)
                connection.start_next_cycle()
            else:
                return messages
    except (h11.RemoteProtocolError, h11.LocalProtocolError):
        return messages


def read_responses_with_h11(data):
    messages = []
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=LIMIT)
    head, body = None, b""
    try:
        connection.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
        connection.send(h11.EndOfMessage())
        connection.receive_data(data)
        connection.receive_data(b"")
        while True:
            event = connection.next_event()
            if isinstance(event, (h11.InformationalResponse, h11.Response)):
                head, body = event, b""
                if isinstance(event, h11.InformationalResponse):
                    start = str(head.status_code).encode() + b" " + head.http_version
                    messages.append(canonical(start, head.headers, b""))
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                start = str(head.status_code).encode() + b" " + head.http_version
                messages.append(canonical(start, head.headers, body))
                if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                    return messages + stop(head)
                connection.start_next_cycle()
                connection.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
                connection.send(h11.EndOfMessage())
            else:
                return messages
    except (h11.RemoteProtocolError, h11.LocalProtocolError):
        return messages


def main():
    for line in sys.stdin:
        kind, _, text = line.rstrip("\n").partition(" ")
        data = bytes.fromhex(text)
        with_h11 = read_requests_with_h11 if kind == "request" else read_responses_with_h11
        sides = [LLHTTP(kind).read(data), with_h11(data)]
        print("|".join("".join(message + ";" for message in side) for side in sides))


main()
