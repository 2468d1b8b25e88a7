/// An encoding that writes each byte as one to seven bytes.
///
/// Writing a byte takes one look-up and one store of eight bytes, without a branch that could be mispredicted. An
/// encoding that leaves text unchanged, such as that of JSON, is copied eight bytes at a time.
package struct ByteEncoding: Sendable {
    /// The maximum number of bytes for one byte.
    package static let maximumLength = 7
    /// How much space must be available beyond the encoded text, because stores are wider than their content.
    package static let room = 16

    /// The encoded form of each byte, with the first byte in the lowest bits. The highest eight bits are its length.
    private let entries: [UInt64]
    /// Whether only quotation marks, backslashes and control characters are changed.
    private let keepsText: Bool

    /// Makes an encoding from the form of each byte. At most `maximumLength` bytes of a form count.
    package init(_ written: (UInt8) -> [UInt8]) {
        entries = (0...UInt8.max).map { byte in
            let written = written(byte).prefix(Self.maximumLength)
            return written.reversed().reduce(0) { $0 << 8 | UInt64($1) } | UInt64(written.count) << 56
        }
        keepsText = (0x20...UInt8.max).allSatisfy {
            $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || written($0) == [$0]
        }
    }

    /// How many bytes a text has in this encoding.
    package func length(of text: Span<UInt8>) -> Int {
        var length = 0
        for index in 0..<text.count { length += Int(entries[Int(text[index])] >> 56) }
        return length
    }

    /// Appends a text in this encoding.
    package func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        var place = 0
        while place < text.count {
            // Reserve more space if it was not enough.
            let rest = text.count - place
            bytes.append(addingCapacity: rest + rest / 8 + 2 * Self.room) { output in
                place = append(text, from: place, to: &output)
            }
        }
    }

    /// Appends a text in this encoding, for which there must be room, and for `room` bytes more.
    package func append(_ text: Span<UInt8>, to output: inout OutputSpan<UInt8>) {
        let end = append(text, from: 0, to: &output)
        precondition(end == text.count, "no room for an encoded text")
    }

    /// Appends a text in this encoding as far as the space certainly suffices, and returns where it stopped.
    package func append(_ text: Span<UInt8>, from start: Int, to output: inout OutputSpan<UInt8>) -> Int {
        entries.withUnsafeBufferPointer { entries in
            text.withUnsafeBufferPointer { text in
                output.withUnsafeMutableBufferPointer { buffer, count in
                    guard let input = text.baseAddress, let first = buffer.baseAddress, let table = entries.baseAddress
                    else { return text.count }
                    let limit = UnsafeMutableRawPointer(first) + buffer.count - Self.room
                    var writer = Writer(input: input, count: text.count, table: table, place: start, end: first + count)
                    if keepsText { writer.writeKeeping(to: limit) }
                    writer.write(to: limit)
                    count = writer.end - UnsafeMutableRawPointer(first)
                    return writer.place
                }
            }
        }
    }

    /// The position of the output.
    private struct Writer {
        let input: UnsafePointer<UInt8>
        let count: Int
        let table: UnsafePointer<UInt64>
        var place: Int
        var end: UnsafeMutableRawPointer

        /// Writes one byte by the table.
        @inline(__always)
        mutating func put() {
            let entry = table[Int(input[place])]
            end.storeBytes(of: entry.littleEndian, as: UInt64.self)
            end += Int(truncatingIfNeeded: entry >> 56)
            place += 1
        }

        /// Writes until no further store may begin.
        @inline(__always)
        mutating func write(to limit: UnsafeMutableRawPointer) {
            // In variables of their own, which stay in registers.
            var (source, target) = (input + place, end)
            let last = input + count
            while last - source >= 8, target + 7 * ByteEncoding.maximumLength <= limit {
                for offset in 0..<8 { target = put(source[offset], at: target) }
                source += 8
            }
            while source < last, target <= limit {
                target = put(source[0], at: target)
                source += 1
            }
            (place, end) = (source - input, target)
        }

        /// Writes one byte by the table, and returns where the next one goes.
        @inline(__always)
        private func put(_ byte: UInt8, at target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
            let entry = table[Int(byte)]
            target.storeBytes(of: entry.littleEndian, as: UInt64.self)
            return target + Int(truncatingIfNeeded: entry >> 56)
        }

        /// Does the same for whole words, and looks up only bytes that change.
        @inline(__always)
        mutating func writeKeeping(to limit: UnsafeMutableRawPointer) {
            while place + 8 <= count, end <= limit {
                let word = UnsafeRawPointer(input).loadUnaligned(fromByteOffset: place, as: UInt64.self)
                end.storeBytes(of: word, as: UInt64.self)
                let plain = Word.countOfPlain(UInt64(littleEndian: word))
                place += plain
                end += plain
                if plain < 8 { put() }
            }
        }
    }
}
