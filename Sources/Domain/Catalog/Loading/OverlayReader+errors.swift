import TOP
import YAML

/// The overlay's `errors`: what sub_codes and codes mean for this method.
extension OverlayReader {
    /// The longest code, in bytes: as long as one that is read from an answer.
    private static let maximumCodeBytes = 256
    /// The longest `retry_later`, in seconds.
    private static let maximumRetrySeconds = 86_400

    mutating func errors(_ node: YAMLNode) -> [String: ErrorMeaning] {
        guard let members = yaml.members(node, known: nil, of: "errors") else { return [:] }
        var meanings: [String: ErrorMeaning] = [:]
        for (code, value, line) in members.order {
            if code.isEmpty || code.utf8.count > Self.maximumCodeBytes {
                yaml.fault(line, "a code in errors must have 1 to \(Self.maximumCodeBytes) bytes")
            } else if let meaning = meaning(value, line: line) {
                meanings[code] = meaning
            }
        }
        return meanings
    }

    private mutating func meaning(_ node: YAMLNode, line: Int) -> ErrorMeaning? {
        if case .mapping = node.content { return retryLater(node, line: line) }
        guard let word = yaml.text(node, "the meaning of a code") else { return nil }
        if let meaning = ErrorMeaning(word: word) { return meaning }
        let words = ErrorMeaning.words.map(\.word).joined(separator: ", ")
        yaml.fault(line, "the meaning of a code must be one of \(words), or {retry_later: SECONDS}")
        return nil
    }

    private mutating func retryLater(_ node: YAMLNode, line: Int) -> ErrorMeaning? {
        guard let members = yaml.members(node, known: ["retry_later"], of: "the meaning of a code") else { return nil }
        guard let seconds = yaml.count(members, "retry_later"), seconds <= Self.maximumRetrySeconds else {
            yaml.fault(line, "retry_later must be a whole number of seconds from 1 to \(Self.maximumRetrySeconds)")
            return nil
        }
        return .retryLater(seconds: seconds)
    }
}
