/// All that is wrong with the settings, at once.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The faults, in the order of the catalog; unknown variables last. Never empty.
    public let faults: [SettingFault]

    /// One line a fault, and where all settings are told.
    public var description: String {
        (faults.map { "\($0)" } + ["`toprelay serve --help` lists the settings"]).joined(separator: "\n")
    }
}
