/// All faults of the settings.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The faults in the order of the settings, then unknown variables. Never empty.
    package let faults: [SettingFault]

    /// One line for each fault, and the command that lists all settings.
    package var description: String {
        (faults.map { "\($0)" } + ["`toprelay serve --help` lists the settings"]).joined(separator: "\n")
    }
}

/// A fault of one variable. It never contains a secret's value.
package struct SettingFault: Sendable, Equatable, CustomStringConvertible {
    /// The environment variable.
    package let variable: String
    /// Its shortened value. Nil if the variable is absent, secret, or likely to contain a secret.
    package let value: String?
    /// What was expected.
    package let expectation: String

    /// The largest number of characters of a value that are shown.
    private static let shownLength = 80

    init(_ variable: String, value: String? = nil, expectation: String) {
        self.variable = variable
        self.value = value
        self.expectation = expectation
    }

    /// The text `NAME="value": what was expected`.
    package var description: String {
        guard let value else { return "\(variable): \(expectation)" }
        let shown = value.count > Self.shownLength ? "\(value.prefix(Self.shownLength))…" : value
        return "\(variable)=\(String(reflecting: shown)): \(expectation)"
    }
}
