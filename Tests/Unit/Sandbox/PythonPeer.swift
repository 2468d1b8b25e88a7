import Foundation
import JSON
import TestSupport
import Testing

/// A Python process that signs with Python's own hashlib and hmac, and calls the sandbox over real sockets.
struct PythonPeer {
    /// One call; the peer fills in the system parameters that are not named, and the sign.
    struct Call {
        var method: String
        var business: [String: String] = [:]
        /// System parameters to set; nil leaves the parameter out.
        var system: [String: String?] = [:]
        var signMethod = "hmac-sha256"
        var secret = "秘密 secret"
        var verb = "POST"
        /// Where the parameters go: `body`, `query`, or `split` (system in the query, business in the body).
        var placement = "body"
        var rawBody: String?
        var contentType = "application/x-www-form-urlencoded;charset=UTF-8"
        var path = "/router/rest"
    }

    /// What came back; `failure` names the exception where no whole answer came.
    struct Reply {
        let status: Int
        let contentType: String
        let body: [UInt8]
        let failure: String
        let milliseconds: Int

        var text: String { String(decoding: body, as: UTF8.self) }

        func json() throws -> JSONValue { try JSONDocument(body).root }

        /// The error's code; nil for an answer without error, -1 for one that is not JSON.
        var errorCode: Int? {
            guard let document = try? JSONDocument(body, options: .tolerant) else { return -1 }
            return document.root["error_response"].map { Int($0["code"]?.lexeme ?? "") ?? -1 }
        }
    }

    let port: Int

    func call(_ call: Call) async throws -> Reply {
        let replies = try await calls([call])
        return try #require(replies.first)
    }

    /// Sends the calls over one connection (a new one after each failure): one after the other, or all at once.
    func calls(_ calls: [Call], pipelined: Bool = false) async throws -> [Reply] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("port")
        writer.integer(port)
        writer.name("pipelined")
        writer.bool(pipelined)
        writer.name("calls")
        writer.beginArray()
        for call in calls { Self.write(call, &writer) }
        writer.endArray()
        writer.endObject()
        let output = try await Self.run(Self.client, input: String(decoding: writer.bytes, as: UTF8.self))
        return try JSONDocument(output).root.elements.map { reply in
            Reply(
                status: Int(reply["status"]?.lexeme ?? "") ?? 0,
                contentType: reply["content_type"]?.string ?? "",
                body: Array(Data(base64Encoded: reply["body"]?.string ?? "") ?? Data()),
                failure: reply["failure"]?.string ?? "",
                milliseconds: Int(reply["milliseconds"]?.lexeme ?? "") ?? 0)
        }
    }

    private static func write(_ call: Call, _ writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in [
            ("method", call.method), ("sign_method", call.signMethod), ("secret", call.secret), ("verb", call.verb),
            ("placement", call.placement), ("content_type", call.contentType), ("path", call.path),
        ] {
            writer.name(name)
            writer.string(value)
        }
        if let raw = call.rawBody {
            writer.name("raw_body")
            writer.string(raw)
        }
        writer.name("business")
        writer.beginObject()
        for (name, value) in call.business {
            writer.name(name)
            writer.string(value)
        }
        writer.endObject()
        writer.name("system")
        writer.beginObject()
        for (name, value) in call.system {
            writer.name(name)
            if let value { writer.string(value) } else { writer.null() }
        }
        writer.endObject()
        writer.endObject()
    }

    /// Runs a Python program with a text on its standard input, and returns its standard output.
    static func run(_ program: String, input: String = "") async throws -> [UInt8] {
        try await Command.output(["python3", "-c", program], input: input).bytes
    }

    private static let client = #"""
        import base64, hashlib, hmac, http.client, json, socket, sys, time, urllib.parse

        def sign(secret, parameters, method):
            text = "".join(name + parameters[name] for name in sorted(parameters)).encode()
            key = secret.encode()
            if method == "md5":
                return hashlib.md5(key + text + key).hexdigest().upper()
            digest = hashlib.md5 if method == "hmac" else hashlib.sha256
            return hmac.new(key, text, digest).hexdigest().upper()

        def encode(call):
            system = {
                "method": call["method"], "app_key": "4272", "v": "2.0", "format": "json",
                "sign_method": call["sign_method"],
                "timestamp": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600)),
            } | call["system"]
            system = {name: value for name, value in system.items() if value is not None}
            business = call["business"]
            if "sign" not in call["system"]:
                system["sign"] = sign(call["secret"], system | business, call["sign_method"])
            query, body = {}, system | business
            if call["placement"] == "query":
                query, body = body, {}
            elif call["placement"] == "split":
                query, body = system, business
            path = call["path"] + ("?" + urllib.parse.urlencode(query) if query else "")
            raw = call.get("raw_body", urllib.parse.urlencode(body)).encode()
            return call["verb"], path, raw, {"Content-Type": call["content_type"]}

        def pipelined(calls):
            requests = b""
            for verb, path, raw, headers in map(encode, calls):
                kind = headers["Content-Type"]
                head = f"{verb} {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {len(raw)}"
                requests += head.encode() + b"\r\n\r\n" + raw
            with socket.create_connection(("127.0.0.1", order["port"]), 10) as peer:
                peer.sendall(requests)
                answers = peer.makefile("rb")
                for _ in calls:
                    status = int(answers.readline().split()[1])
                    headers = http.client.parse_headers(answers)
                    body = answers.read(int(headers["Content-Length"]))
                    yield {"status": status, "body": base64.b64encode(body).decode()}

        def single(connection, call):
            reply = {"failure": ""}
            started = time.monotonic()
            try:
                connection.request(*encode(call))
                response = connection.getresponse()
                reply["status"] = response.status
                reply["content_type"] = response.getheader("Content-Type", "")
                reply["body"] = base64.b64encode(response.read()).decode()
            except (OSError, http.client.HTTPException) as error:
                reply["failure"] = type(error).__name__
                connection.close()
            reply["milliseconds"] = int((time.monotonic() - started) * 1000)
            return reply

        order = json.load(sys.stdin)
        connection = http.client.HTTPConnection("127.0.0.1", order["port"], timeout=10)
        if order["pipelined"]:
            replies = list(pipelined(order["calls"]))
        else:
            replies = [single(connection, call) for call in order["calls"]]
        json.dump(replies, sys.stdout)
        """#
}
