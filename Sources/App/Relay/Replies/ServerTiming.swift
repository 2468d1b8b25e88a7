import Bytes

/// The value of `Server-Timing`: the times that a call took.
struct ServerTiming {
    /// Nanoseconds that the call waited for commits.
    var audit: UInt64
    /// Nanoseconds that TOP took; nil if nothing was sent.
    var top: UInt64?
    /// Nanoseconds in total.
    var total: UInt64

    /// For example `audit;dur=0.412, top;dur=45.120, total;dur=46.003`, in milliseconds.
    var value: String {
        String(capacity: 96) { output in
            Self.append("audit;dur=", audit, to: &output)
            if let top { Self.append(", top;dur=", top, to: &output) }
            Self.append(", total;dur=", total, to: &output)
        }
    }

    private static func append(_ name: String, _ nanoseconds: UInt64, to output: inout OutputSpan<UInt8>) {
        let microseconds = nanoseconds / 1000
        output.append(utf8: name)
        append(microseconds / 1000, to: &output)
        output.append(UInt8(ascii: "."))
        for unit: UInt64 in [100, 10, 1] { append(microseconds / unit % 10, to: &output) }
    }

    private static func append(_ number: UInt64, to output: inout OutputSpan<UInt8>) {
        if number >= 10 { append(number / 10, to: &output) }
        output.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
