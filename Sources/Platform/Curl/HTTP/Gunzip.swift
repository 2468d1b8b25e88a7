internal import CZlib

/// Decompresses gzip (RFC 1952) strictly. Every member must be complete, with a matching checksum and length, and
/// nothing may follow the last one. libcurl's own decoder accepts a body without its trailer.
enum Gunzip {
    enum Failure: Error, Equatable {
        /// Not gzip, damaged, incomplete, or followed by other bytes.
        case corrupt
        /// The text is longer than the limit.
        case tooLarge
    }

    private static let stepBytes = 64 << 10

    /// The text of one or more gzip members.
    /// - Parameter limit: the maximum size of the text in bytes.
    static func inflate(_ packed: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var text: [UInt8] = []
        var rest = packed[...]
        repeat {
            rest = try inflateMember(rest, into: &text, limit: limit)
        } while !rest.isEmpty
        return text
    }

    /// Appends the text of one member.
    /// - Returns: the bytes after the member.
    private static func inflateMember(
        _ packed: ArraySlice<UInt8>, into text: inout [UInt8], limit: Int
    ) throws(Failure) -> ArraySlice<UInt8> {
        guard let reader = gzip_open() else { throw .corrupt }
        defer { gzip_close(reader) }
        var rest = packed
        while true {
            let (code, used, piece) = step(reader, rest)
            guard code != GZIP_CORRUPT else { throw .corrupt }
            guard piece.count <= limit - text.count else { throw .tooLarge }
            text += piece
            rest = rest.dropFirst(used)
            if code == GZIP_END { return rest }
            // Without progress the member is incomplete.
            guard used > 0 || !piece.isEmpty else { throw .corrupt }
        }
    }

    private static func step(
        _ reader: UnsafeMutableRawPointer, _ packed: ArraySlice<UInt8>
    ) -> (code: Int, used: Int, piece: [UInt8]) {
        var code = 0
        var used = packed.count
        let piece = [UInt8](unsafeUninitializedCapacity: stepBytes) { room, count in
            count = room.count
            packed.withUnsafeBufferPointer { input in
                code = Int(gzip_inflate(reader, input.baseAddress, &used, room.baseAddress, &count))
            }
        }
        return (code, used, piece)
    }
}
