/// All faults of the settings.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The faults in the order of the settings, then unknown variables. Never empty.
    public let faults: [SettingFault]

    /// One line for each fault, and the command that lists all settings.
    public var description: String {
        (faults.map { "\($0)" } + ["`toprelay serve --help` lists the settings"]).joined(separator: "\n")
    }
}

/// A fault of one variable. It never contains a secret's value.
public struct SettingFault: Sendable, Equatable, CustomStringConvertible {
    /// The environment variable.
    public let variable: String
    /// Its shortened value. Nil if the variable is absent, secret, or likely to contain a secret.
    public let value: String?
    /// What was expected.
    public let expectation: String

    /// The largest number of characters of a value that are shown.
    private static let shownLength = 80

    init(_ variable: String, value: String? = nil, expectation: String) {
        self.variable = variable
        self.value = value
        self.expectation = expectation
    }

    /// The text `NAME="value": what was expected`.
    public var description: String {
        guard let value else { return "\(variable): \(expectation)" }
        let shown = value.count > Self.shownLength ? "\(value.prefix(Self.shownLength))…" : value
        return "\(variable)=\(String(reflecting: shown)): \(expectation)"
    }
}
