/// Where the service listens: a host name or address, and a port; port 0 takes any free one.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A host name, an IPv4 address, or an IPv6 address without brackets.
    public let host: String
    /// 0–65535.
    public let port: Int

    /// Reads `host:port` or `[address]:port`; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        var host = bytes[..<colon]
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
            host = host.dropFirst().dropLast()
            guard host.contains(UInt8(ascii: ":")) else { return nil }
        } else if host.contains(UInt8(ascii: ":")) {
            return nil
        }
        guard !host.isEmpty, host.allSatisfy(Self.isHostByte),
            let port = try? Setting<Int>.number(
                String(decoding: bytes[(colon + 1)...], as: UTF8.self), in: 0...65535, of: "")
        else { return nil }
        self.host = String(decoding: host, as: UTF8.self)
        self.port = port
    }

    /// `host:port`.
    public var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
            UInt8(ascii: "%"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
