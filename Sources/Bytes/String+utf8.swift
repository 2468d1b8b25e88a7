/// Strings and their bytes without a second look at either.
extension String {
    /// Makes a text of bytes that are already known to be well-formed UTF-8: they are not checked again.
    @inlinable
    public init(wellFormed utf8: Span<UInt8>) {
        self.init(copying: UTF8Span(unchecked: utf8))
    }

    /// Hands out the text's bytes in place.
    @inlinable @inline(__always)
    public func withUTF8Span<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable({ body($0.span) }) { return result }
        return body(Array(utf8).span)
    }
}
