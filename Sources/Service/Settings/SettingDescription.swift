/// A setting as help and documentation show it.
public struct SettingDescription: Sendable, Equatable {
    /// The environment variable.
    public let name: String
    /// The text that stands for an absent variable; nil: there is none.
    public let defaultText: String?
    /// Whether the value is never shown, and may also come from the file that `NAME_FILE` names.
    public let isSecret: Bool
    /// What a value looks like, with its range and unit.
    public let form: String
    /// What the setting decides, and why one would change it.
    public let reason: String
}
