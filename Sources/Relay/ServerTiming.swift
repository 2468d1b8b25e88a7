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
        var value = "audit;dur=\(Self.milliseconds(audit))"
        if let top { value += ", top;dur=\(Self.milliseconds(top))" }
        return value + ", total;dur=\(Self.milliseconds(total))"
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        let fraction = String(nanoseconds / 1000 % 1000)
        return "\(nanoseconds / 1_000_000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}
