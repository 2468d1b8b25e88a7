import Catalog
import TOP

/// What the trail's codes and texts say again.
extension Verdict {
    /// What TOP's error meant.
    static func refused(with error: TOPError, entry: Entry) -> Verdict {
        byClass(entry.classify(error), said: error, entry: entry)
    }

    /// Whether a recorded code is the relay's word for what befell the transport, and none of TOP's.
    static func isOwn(code: String) -> Bool {
        code == "unreadable" || code.hasPrefix("curl-") || code.hasPrefix("http-")
    }
}
