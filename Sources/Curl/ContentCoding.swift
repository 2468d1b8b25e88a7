/// The coding of an answer's body, by its `Content-Encoding`.
enum ContentCoding: Equatable {
    case identity, gzip
    /// One that was not asked for, or more than one.
    case other

    /// Reads a header line; nil if it is another header's.
    init?(headerLine line: some Collection<UInt8>) {
        let name = "content-encoding:".utf8
        guard line.count > name.count, zip(line, name).allSatisfy({ ContentCoding.lowercased($0) == $1 }) else {
            return nil
        }
        let value = line.dropFirst(name.count).filter { $0 > 0x20 }.map(ContentCoding.lowercased)
        switch String(decoding: value, as: UTF8.self) {
        case "", "identity": self = .identity
        case "gzip", "x-gzip": self = .gzip
        default: self = .other
        }
    }

    /// The coding that two headers of one answer give together.
    func followed(by next: ContentCoding) -> ContentCoding {
        if self == .identity { return next }
        return next == .identity ? self : .other
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
