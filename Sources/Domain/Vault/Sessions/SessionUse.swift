import Synchronization

/// When a session was last accepted and last refused by TOP. Workers note it on the path of calls, so noting an
/// accepted call costs one relaxed store. The replica collects it now and then.
package final class SessionUse: Sendable {
    /// Milliseconds since 1970; 0 if there was none.
    private let successAt = Atomic<Int64>(0)
    private let refusalAt = Atomic<Int64>(0)
    /// TOP's code of the last refusal: up to 16 ASCII characters in two words.
    private let codeStart = Atomic<UInt64>(0)
    private let codeEnd = Atomic<UInt64>(0)

    init() {}

    /// Notes that TOP accepted the session at a time in milliseconds since 1970.
    package func noteSuccess(at time: Int64) { successAt.store(time, ordering: .relaxed) }

    /// Notes that TOP refused the session with a code.
    package func noteRefusal(at time: Int64, code text: String) {
        let bytes = Array(text.utf8.prefix(16)) + [UInt8](repeating: 0, count: max(0, 16 - text.utf8.count))
        codeStart.store(Self.word(bytes[..<8]), ordering: .relaxed)
        codeEnd.store(Self.word(bytes[8...]), ordering: .relaxed)
        refusalAt.store(time, ordering: .relaxed)
    }

    /// What was noted since the last time that this was called; nil if nothing was.
    package func take() -> Noted? {
        let success = successAt.exchange(0, ordering: .relaxed)
        let refusal = refusalAt.exchange(0, ordering: .relaxed)
        guard success > 0 || refusal > 0 else { return nil }
        let words = [codeStart.load(ordering: .relaxed), codeEnd.load(ordering: .relaxed)]
        let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
        return Noted(
            successAt: success > 0 ? success : nil, refusalAt: refusal > 0 ? refusal : nil,
            refusal: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// What was noted of a session. Times are in milliseconds since 1970.
    package struct Noted: Sendable, Equatable {
        /// When TOP last accepted it.
        package var successAt: Int64?
        /// When TOP last refused it.
        package var refusalAt: Int64?
        /// TOP's code of the last refusal.
        package var refusal: String

        /// The later of each.
        package func merged(with other: Noted) -> Noted {
            let isLater = (other.refusalAt ?? 0) >= (refusalAt ?? 0)
            return Noted(
                successAt: [successAt, other.successAt].compactMap(\.self).max(),
                refusalAt: [refusalAt, other.refusalAt].compactMap(\.self).max(),
                refusal: isLater ? other.refusal : refusal)
        }
    }
}
