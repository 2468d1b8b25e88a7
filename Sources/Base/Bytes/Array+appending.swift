/// Appends byte sequences with one copy.
extension Array where Element == UInt8 {
    /// Appends bytes.
    @inlinable
    package mutating func append(_ run: Span<UInt8>) {
        append(addingCapacity: run.count) { $0.append(run) }
    }

    /// Appends a text as UTF-8.
    @inlinable
    package mutating func append(utf8 text: String) {
        text.withUTF8Span { append($0) }
    }
}

extension OutputSpan where Element == UInt8 {
    /// Appends bytes. There must be enough space.
    @inlinable @inline(__always)
    package mutating func append(_ run: Span<UInt8>) {
        run.withUnsafeBufferPointer { run in
            withUnsafeMutableBufferPointer { buffer, count in
                precondition(run.count <= buffer.count - count, "no room for a run of bytes")
                guard let source = run.baseAddress, let target = buffer.baseAddress else { return }
                (target + count).update(from: source, count: run.count)
                count += run.count
            }
        }
    }

    /// Appends a text as UTF-8. There must be enough space.
    @inlinable
    package mutating func append(utf8 text: String) {
        text.withUTF8Span { append($0) }
    }
}
