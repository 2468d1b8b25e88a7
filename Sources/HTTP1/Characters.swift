internal import Bytes

/// The character classes of RFC 9110 and RFC 9112.
enum Characters {
    /// A bit for each class of a byte.
    private static let table: [UInt8] = (UInt8.min...UInt8.max).map { byte in
        (tokens.contains(byte) ? token : 0) | (byte < 0x20 && byte != 0x09 || byte == 0x7F ? control : 0)
            | (byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#") ? target : 0)
            | (hosts.contains(byte) ? host : 0)
    }

    private static let token: UInt8 = 1
    private static let control: UInt8 = 2
    private static let target: UInt8 = 4
    private static let host: UInt8 = 8

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let tokens = ByteSet(letters + Array("!#$%&'*+-.^_`|~".utf8))
    private static let hosts = ByteSet(letters + Array("-._~%!$&'()*+;=:[]".utf8))

    /// Whether a byte may be part of a token, for example of a field name (RFC 9110, 5.6.2).
    static func isToken(_ byte: UInt8) -> Bool { table[Int(byte)] & token != 0 }

    /// Whether a byte may not be part of a line: control characters other than HTAB.
    static func isControl(_ byte: UInt8) -> Bool { table[Int(byte)] & control != 0 }

    /// Whether a byte may be part of a request target.
    static func isTarget(_ byte: UInt8) -> Bool { table[Int(byte)] & target != 0 }

    /// Whether a byte may be part of a host with its port. User information, commas and slashes are not.
    static func isHost(_ byte: UInt8) -> Bool { table[Int(byte)] & host != 0 }

    /// Where the token that begins at `start` ends.
    static func endOfToken(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        let table = table.span
        var place = start
        while place < end, table[Int(bytes[place])] & token != 0 { place += 1 }
        return place
    }

    /// The first control character from `start` on; `end` if there is none.
    static func firstControl(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        let table = table.span
        var place = start
        while place < end, table[Int(bytes[place])] & control == 0 { place += 1 }
        return place
    }
}
