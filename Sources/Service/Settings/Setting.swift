/// One setting of the service: its variable, how its text is read, what it is when absent, and why one would change it.
///
/// Parsing, the `--help` text and the check of the documentation all come from these declarations.
public struct Setting<Value: Sendable>: Sendable {
    /// The environment variable.
    let name: String
    /// The text that stands for an absent variable; nil: there is none.
    let defaultText: String?
    /// Whether the value is never shown, and may also come from the file that `NAME_FILE` names.
    let isSecret: Bool
    /// Whether a value that cannot be read may be shown: not where people put credentials by mistake.
    let isShown: Bool
    /// What a value looks like, with its range and unit.
    let form: String
    /// What the setting decides, and why one would change it.
    let reason: String
    /// Reads a text.
    let parse: @Sendable (String) throws(SettingExpectation) -> Value

    init(
        _ name: String, default defaultText: String?, isSecret: Bool = false, isShown: Bool = true, form: String,
        reason: String,
        parse: @escaping @Sendable (String) throws(SettingExpectation) -> Value
    ) {
        self.name = name
        self.defaultText = defaultText
        self.isSecret = isSecret
        self.isShown = isShown && !isSecret
        self.form = form
        self.reason = reason
        self.parse = parse
    }

    /// The setting as help and documentation show it.
    var description: SettingDescription {
        SettingDescription(name: name, defaultText: defaultText, isSecret: isSecret, form: form, reason: reason)
    }
}
