import Bytes
package import Crypto

/// Removes the secrets of a call from TOP's response before anything reads it. A response that echoes the session key
/// must not reveal it to the caller, the trail or a log.
package struct SecretMask: Sendable {
    /// Shorter secrets are not removed, because they would occur in harmless words.
    static let minimumBytes = 8

    private let needles: [[UInt8]]
    private let starts: ByteFinder
    private static let stars = Array("***".utf8)

    /// Looks for these secrets.
    package init(_ secrets: [Secret]) {
        var needles: [[UInt8]] = []
        for secret in secrets where secret.bytes.count >= Self.minimumBytes {
            needles.append(secret.bytes)
            // JSON may escape a slash.
            let escaped = secret.bytes.flatMap { $0 == UInt8(ascii: "/") ? [UInt8(ascii: "\\"), $0] : [$0] }
            if escaped != secret.bytes { needles.append(escaped) }
        }
        self.needles = needles
        starts = ByteFinder(ByteSet(needles.map { $0[0] }))
    }

    /// The response without the secrets. If it holds none, this is the same array.
    package func masked(_ response: [UInt8]) -> [UInt8] {
        guard !needles.isEmpty, let first = match(in: response, from: 0) else { return response }
        var clean: [UInt8] = []
        clean.reserveCapacity(response.count)
        var copied = 0
        var next: Range<Int>? = first
        while let match = next {
            clean.append(contentsOf: response[copied..<match.lowerBound])
            clean.append(contentsOf: Self.stars)
            copied = match.upperBound
            next = self.match(in: response, from: copied)
        }
        clean.append(contentsOf: response[copied...])
        return clean
    }

    /// Where the first secret at or after `start` is.
    private func match(in response: [UInt8], from start: Int) -> Range<Int>? {
        let bytes = response.span
        var position = starts.firstPlace(in: bytes, from: start)
        while position < bytes.count {
            for needle in needles where position + needle.count <= bytes.count {
                let end = position + needle.count
                if bytes.extracting(position..<end).isEqual(to: needle.span) { return position..<end }
            }
            position = starts.firstPlace(in: bytes, from: position + 1)
        }
        return nil
    }
}
