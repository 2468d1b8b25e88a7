extension RejectedRequest {
    /// The maximum size of a stored pointer in bytes. Its names are the caller's own words.
    private static let maximumPointerBytes = 256
    /// The maximum size of a stored app or seller name in bytes.
    private static let maximumNameBytes = 128
    /// The maximum size of a stored detail in bytes.
    private static let maximumDetailBytes = 1000
    /// A longer run of digits may be a personal number. Indices are shorter.
    private static let longestNumber = 6

    /// The request as it may be stored. Its size is limited, and a long number in the place of a name is masked.
    func truncated() -> RejectedRequest {
        var truncated = self
        truncated.app = app.map { TrailRows.truncated($0, to: Self.maximumNameBytes).text }
        truncated.seller = seller.map { TrailRows.truncated($0, to: Self.maximumNameBytes).text }
        truncated.pointers = pointers.map(Self.shortPointer)
        truncated.detail = detail.map { TrailRows.truncated($0, to: Self.maximumDetailBytes).text }
        truncated.errors = errors.prefix(Self.maximumErrors).map { error in
            RequestError(
                pointer: Self.shortPointer(error.pointer), code: error.code,
                detail: TrailRows.truncated(error.detail, to: Self.maximumDetailBytes).text)
        }
        truncated.idempotencyID = idempotencyID.map { TrailRows.truncated($0, to: TrailRows.maximumTextBytes).text }
        return truncated
    }

    private static func shortPointer(_ pointer: String) -> String {
        withoutNumbers(TrailRows.truncated(pointer, to: maximumPointerBytes).text)
    }

    private static func withoutNumbers(_ pointer: String) -> String {
        var kept: [UInt8] = []
        var digits = 0
        for byte in pointer.utf8 {
            kept.append(byte)
            digits = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? digits + 1 : 0
            if digits > longestNumber {
                kept.removeLast(digits == longestNumber + 1 ? digits : 1)
                if digits == longestNumber + 1 { kept.append(UInt8(ascii: "*")) }
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
