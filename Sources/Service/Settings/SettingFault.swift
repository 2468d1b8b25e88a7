/// What is wrong with one variable. A secret's value is never part of it.
public struct SettingFault: Sendable, Equatable, CustomStringConvertible {
    /// The environment variable.
    public let variable: String
    /// Its value, shortened; nil: absent, secret, or one that may hold a secret.
    public let value: String?
    /// What was expected instead.
    public let expectation: String

    /// The most characters of a value that are shown.
    private static let shownLength = 80

    init(_ variable: String, value: String? = nil, expectation: String) {
        self.variable = variable
        self.value = value
        self.expectation = expectation
    }

    /// `NAME="value": what was expected`.
    public var description: String {
        guard let value else { return "\(variable): \(expectation)" }
        let shown = value.count > Self.shownLength ? "\(value.prefix(Self.shownLength))…" : value
        return "\(variable)=\(String(reflecting: shown)): \(expectation)"
    }
}
