/// The value of `Server-Timing`: what a call's time went into.
struct ServerTiming {
    /// Nanoseconds waited for commits.
    var audit: UInt64
    /// Nanoseconds that TOP took; nil when nothing was sent.
    var top: UInt64?
    /// Nanoseconds in all.
    var total: UInt64

    /// For example `audit;dur=0.412, top;dur=45.120, total;dur=46.003`, in milliseconds.
    var value: String {
        var value: [UInt8] = []
        value.reserveCapacity(80)
        Self.append("audit", audit, to: &value)
        if let top { Self.append("top", top, to: &value) }
        Self.append("total", total, to: &value)
        return String(decoding: value, as: UTF8.self)
    }

    private static func append(_ name: String, _ nanoseconds: UInt64, to value: inout [UInt8]) {
        if !value.isEmpty { value.append(contentsOf: ", ".utf8) }
        value.append(contentsOf: name.utf8)
        value.append(contentsOf: ";dur=".utf8)
        value.append(contentsOf: String(nanoseconds / 1_000_000).utf8)
        value.append(UInt8(ascii: "."))
        var unit: UInt64 = 100_000
        while unit >= 1000 {
            value.append(UInt8(ascii: "0") + UInt8(nanoseconds / unit % 10))
            unit /= 10
        }
    }
}
