internal import Bytes

/// The character classes of RFC 9110 and RFC 9112.
enum Characters {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let tokens = ByteSet(letters + Array("!#$%&'*+-.^_`|~".utf8))
    private static let hosts = ByteSet(letters + Array("-._~%!$&'()*+;=:[]".utf8))
    private static let targets = ByteSet((0x21...0x7E).filter { $0 != UInt8(ascii: "#") })

    private static let tokenEnd = finder(ofAllBut: tokens)
    private static let hostEnd = finder(ofAllBut: hosts)
    private static let targetEnd = finder(ofAllBut: targets)

    private static func finder(ofAllBut set: ByteSet) -> ByteFinder {
        ByteFinder(ByteSet((UInt8.min...UInt8.max).filter { !set.contains($0) }))
    }

    /// Whether a byte may be part of a token, for example of a field name (RFC 9110, 5.6.2).
    static func isToken(_ byte: UInt8) -> Bool { tokens.contains(byte) }

    /// Where the token that begins at `start` ends; `end` at the latest.
    static func endOfToken(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        min(tokenEnd.firstPlace(in: bytes, from: start), end)
    }

    /// Whether all bytes of a range may be part of a host with its port. User information, commas and slashes may not.
    static func areHost(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        hostEnd.firstPlace(in: bytes, from: range.lowerBound) >= range.upperBound
    }

    /// Where the first byte is, from `start` on, that cannot be part of a request target.
    static func endOfTarget(in bytes: Span<UInt8>, from start: Int) -> Int {
        targetEnd.firstPlace(in: bytes, from: start)
    }

    /// The first control character from `start` on that may not be part of a line: any except HTAB. `end` if there is
    /// none.
    static func firstControl(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var place = bytes.firstControl(from: start, to: end)
        while place < end, bytes[place] == 0x09 { place = bytes.firstControl(from: place + 1, to: end) }
        return place
    }
}
