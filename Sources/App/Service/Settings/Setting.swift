/// One setting of the service: its variable, its parser, its default, and the reason to change it.
///
/// Parsing, the `--help` text and the check of the documentation use these declarations.
package struct Setting<Value: Sendable>: Sendable {
    /// The environment variable.
    let name: String
    /// The text for an absent variable. Nil if there is no default.
    let defaultText: String?
    /// Whether the value is never shown. Such a value may also come from a file that `NAME_FILE` names.
    let isSecret: Bool
    /// Whether an invalid value may be shown. Not where people put credentials by mistake.
    let isShown: Bool
    /// The form of a value, with its range and unit.
    let form: String
    /// What the setting does, and why one would change it.
    let reason: String
    /// Parses a text.
    let parse: @Sendable (String) throws(SettingValueError) -> Value

    init(
        _ name: String, default defaultText: String?, isSecret: Bool = false, isShown: Bool = true, form: String,
        reason: String,
        parse: @escaping @Sendable (String) throws(SettingValueError) -> Value
    ) {
        self.name = name
        self.defaultText = defaultText
        self.isSecret = isSecret
        self.isShown = isShown && !isSecret
        self.form = form
        self.reason = reason
        self.parse = parse
    }

    /// The setting for help and documentation.
    var description: SettingDescription {
        SettingDescription(name: name, defaultText: defaultText, isSecret: isSecret, form: form, reason: reason)
    }
}

/// A setting for help and documentation.
package struct SettingDescription: Sendable, Equatable {
    /// The environment variable.
    package let name: String
    /// The text for an absent variable. Nil if there is no default.
    package let defaultText: String?
    /// Whether the value is never shown. Such a value may also come from a file that `NAME_FILE` names.
    package let isSecret: Bool
    /// The form of a value, with its range and unit.
    package let form: String
    /// What the setting does, and why one would change it.
    package let reason: String
}

/// A text is not a value of the setting. `text` states what was expected and never quotes the value.
struct SettingValueError: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}
