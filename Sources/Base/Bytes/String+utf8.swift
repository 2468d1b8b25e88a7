/// Strings and their bytes without a second look at either.
extension String {
    /// Makes a text of bytes that are already known to be well-formed UTF-8: they are not checked again.
    @inlinable
    package init(wellFormed utf8: Span<UInt8>) {
        self.init(copying: UTF8Span(unchecked: utf8))
    }

    /// Makes a text of the UTF-8 that `body` writes: at most `capacity` bytes.
    @inlinable
    package init(capacity: Int, writing body: (inout OutputSpan<UInt8>) -> Void) {
        self.init(unsafeUninitializedCapacity: capacity) { buffer in
            var output = OutputSpan(buffer: buffer, initializedCount: 0)
            body(&output)
            return output.finalize(for: buffer)
        }
    }

    /// Hands out the text's bytes in place.
    @inlinable @inline(__always)
    package func withUTF8Span<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(utf8.span)
    }
}
