extension Refusal {
    /// The most bytes of a pointer that are kept: the names in it are the caller's own words.
    private static let maximumPointerBytes = 256
    /// The most bytes of an app's or a seller's name that are kept.
    private static let maximumNameBytes = 128
    /// Digits in a row that may be somebody's number; indices are shorter.
    private static let longestNumber = 6

    /// The refusal as it may be kept: nobody can make it large, and a number that stands where a name should is not shown.
    func bounded() -> Refusal {
        var bounded = self
        bounded.app = app.map { TrailRows.cut($0, to: Self.maximumNameBytes).text }
        bounded.seller = seller.map { TrailRows.cut($0, to: Self.maximumNameBytes).text }
        bounded.pointers = pointers.map { Self.withoutNumbers(TrailRows.cut($0, to: Self.maximumPointerBytes).text) }
        return bounded
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
