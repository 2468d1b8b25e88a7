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
        Self.append("audit;dur=", audit, to: &value)
        if let top { Self.append(", top;dur=", top, to: &value) }
        Self.append(", total;dur=", total, to: &value)
        return String(decoding: value, as: UTF8.self)
    }

    private static func append(_ name: String, _ nanoseconds: UInt64, to value: inout [UInt8]) {
        value.append(contentsOf: name.utf8)
        let microseconds = nanoseconds / 1000
        var unit: UInt64 = 1000
        while microseconds / unit >= 10 { unit *= 10 }
        while unit > 0 {
            value.append(UInt8(ascii: "0") + UInt8(microseconds / unit % 10))
            if unit == 1000 { value.append(UInt8(ascii: ".")) }
            unit /= 10
        }
    }
}
