extension String {
    /// Without blanks (SP, HTAB) at the ends: they are no part of a header's value (RFC 9110, 5.5).
    var withoutOuterBlanks: String {
        guard let first = utf8.first, let last = utf8.last, Self.isBlank(first) || Self.isBlank(last) else {
            return self
        }
        var bytes = utf8[...]
        while let byte = bytes.first, Self.isBlank(byte) { bytes.removeFirst() }
        while let byte = bytes.last, Self.isBlank(byte) { bytes.removeLast() }
        return String(Substring(bytes))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

extension ArraySlice<UInt8> {
    /// The same for the bytes of a value.
    var withoutOuterBlanks: Self {
        var bytes = self
        while bytes.first == 0x20 || bytes.first == 0x09 { bytes.removeFirst() }
        while bytes.last == 0x20 || bytes.last == 0x09 { bytes.removeLast() }
        return bytes
    }
}
