/// Conversions between strings and bytes without a second check.
extension String {
    /// Makes a text from bytes that are known to be well-formed UTF-8, without checking them again.
    @inlinable
    package init(wellFormed utf8: Span<UInt8>) {
        self.init(copying: UTF8Span(unchecked: utf8))
    }

    /// Makes a text from the UTF-8 that `body` writes: at most `capacity` bytes.
    @inlinable
    package init(capacity: Int, writing body: (inout OutputSpan<UInt8>) -> Void) {
        self.init(unsafeUninitializedCapacity: capacity) { buffer in
            var output = OutputSpan(buffer: buffer, initializedCount: 0)
            body(&output)
            return output.finalize(for: buffer)
        }
    }

    /// Passes the bytes of the text to `body` in place.
    ///
    /// `utf8.span` must not be used: in release builds of Swift 6.3 the span of a short text, which is stored in the
    /// `String` value itself, can show memory that is already used for something else.
    @inlinable
    package func withUTF8Span<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        let result = utf8.withContiguousStorageIfAvailable { unsafe body(Span(_unsafeElements: $0)) }
        if let result { return result }
        var copy = self
        return copy.withUTF8 { unsafe body(Span(_unsafeElements: $0)) }
    }
}
