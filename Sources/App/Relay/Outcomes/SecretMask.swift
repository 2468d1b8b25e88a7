import Bytes
package import Crypto

/// Takes the secrets of a call out of TOP's answer, before anything reads it: an answer that echoes the session key
/// must not carry it to the
/// caller, into the trail or into a log.
package struct SecretMask: Sendable {
    /// Shorter secrets are not searched for: they would be found in harmless words.
    static let minimumBytes = 8

    private let needles: [[UInt8]]
    private let starts: ByteFinder
    private static let stars = Array("***".utf8)

    /// Looks for these secrets.
    package init(_ secrets: [Secret]) {
        var needles: [[UInt8]] = []
        for secret in secrets where secret.bytes.count >= Self.minimumBytes {
            needles.append(secret.bytes)
            // As JSON writes it, where that differs: a slash may come escaped.
            let escaped = secret.bytes.flatMap { $0 == UInt8(ascii: "/") ? [UInt8(ascii: "\\"), $0] : [$0] }
            if escaped != secret.bytes { needles.append(escaped) }
        }
        self.needles = needles
        starts = ByteFinder(ByteSet(needles.map { $0[0] }))
    }

    /// The answer without the secrets; the very array when it holds none.
    package func masked(_ answer: [UInt8]) -> [UInt8] {
        guard !needles.isEmpty, let first = hit(in: answer, from: 0) else { return answer }
        var clean: [UInt8] = []
        clean.reserveCapacity(answer.count)
        var copied = 0
        var next: (start: Int, end: Int)? = first
        while let place = next {
            clean.append(contentsOf: answer[copied..<place.start])
            clean.append(contentsOf: Self.stars)
            copied = place.end
            next = hit(in: answer, from: copied)
        }
        clean.append(contentsOf: answer[copied...])
        return clean
    }

    private func hit(in answer: [UInt8], from start: Int) -> (start: Int, end: Int)? {
        let bytes = answer.span
        var place = starts.firstPlace(in: bytes, from: start)
        while place < bytes.count {
            for needle in needles where place + needle.count <= bytes.count {
                let end = place + needle.count
                if bytes.extracting(place..<end).isEqual(to: needle.span) { return (place, end) }
            }
            place = starts.firstPlace(in: bytes, from: place + 1)
        }
        return nil
    }
}
