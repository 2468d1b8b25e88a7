/// How long TOP refuses further calls, and which ones.
package struct Ban: Sendable, Equatable {
    /// Which calls are banned.
    package enum Scope: Sendable, Equatable {
        /// The app, for every method.
        case app
        /// The app, for the method that was called.
        case method
    }

    /// Which calls are banned.
    package var scope: Scope
    /// How long to wait, in seconds: the number in TOP's text, plus one.
    package var seconds: Int

    /// The maximum length of a ban in seconds. TOP's longest ban ends with the day.
    package static let maximumSeconds = 86_400
    /// The maximum number of digits of the seconds. A longer number is unreadable.
    private static let maximumDigits = 9

    /// Makes a ban.
    package init(scope: Scope, seconds: Int) {
        self.scope = scope
        self.seconds = seconds
    }

    /// The ban that an error names, such as "This ban will last for 41 more seconds"; nil if it names none. The words
    /// "for" and "more" may be missing.
    package init?(in error: TOPError) {
        guard let seconds = Self.seconds(in: error.subMessage ?? "") ?? Self.seconds(in: error.message),
            let scope = Self.scope(of: error)
        else { return nil }
        self.init(scope: scope, seconds: min(seconds + 1, Self.maximumSeconds))
    }

    /// What an error bans; nil for a limit of one seller, which bans nothing.
    private static func scope(of error: TOPError) -> Scope? {
        if error.code == "SellerCallLimit" { return nil }
        let isApps =
            error.code == "AppCallLimit"
            || error.subCode.map { ErrorFacts.head($0).hasSuffix("limited-by-app-access-count") } == true
        return isApps ? .app : .method
    }

    private static let phrase = Array("ban will last ".utf8)
    private static let preposition = Array("for ".utf8)

    private static func seconds(in text: String) -> Int? {
        let text = Array(text.utf8)
        guard text.count > phrase.count else { return nil }
        for start in 0..<(text.count - phrase.count) where text[start...].starts(with: phrase) {
            let rest = text[(start + phrase.count)...]
            return number(at: rest.startIndex + (rest.starts(with: preposition) ? preposition.count : 0), in: text)
        }
        return nil
    }

    /// A number followed by a space or the end. An unreadable one (too long, a fraction, grouped) is nil and bans
    /// nothing.
    private static func number(at start: Int, in text: [UInt8]) -> Int? {
        let digits = text[start...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard !digits.isEmpty, digits.count <= maximumDigits else { return nil }
        guard digits.endIndex == text.endIndex || text[digits.endIndex] == UInt8(ascii: " ") else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
