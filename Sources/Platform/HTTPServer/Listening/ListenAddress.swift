/// Where a server listens.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A TCP address. `host` is a name or an IP address without brackets; port 0 lets the kernel choose.
    case tcp(host: String, port: Int)
    /// A Unix domain socket.
    case unix(path: String)

    /// The text is not an address. The description states the expected forms.
    package struct ParseError: Error, Sendable, Equatable, CustomStringConvertible {
        /// The text that was given.
        package let text: String
        /// One sentence for the operator.
        package var description: String {
            "'\(text)' is not an address to listen on; expected HOST:PORT, [IPV6]:PORT or unix:PATH"
        }
    }

    /// Reads `host:port`, `[ipv6]:port`, `:port` (all IPv4 addresses) or `unix:path`.
    package init(parsing text: String) throws(ParseError) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst("unix:".count)
            // sockaddr_un holds 108 bytes with the terminating zero.
            guard !path.isEmpty, path.utf8.count < 108 else { throw ParseError(text: text) }
            self = .unix(path: String(path))
            return
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { throw ParseError(text: text) }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65535
        else { throw ParseError(text: text) }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.utf8.contains(UInt8(ascii: ":")) else { throw ParseError(text: text) }
        } else if host.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "[") || $0 <= 0x20 }) {
            throw ParseError(text: text)
        }
        self = .tcp(host: host.isEmpty ? "0.0.0.0" : String(host), port: port)
    }

    /// The address in the form that ``init(parsing:)`` reads.
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
