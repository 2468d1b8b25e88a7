import Configuration
import Crypto
import FoundationEssentials
import Vault

/// Reads settings strictly. An invalid value is a fault and never becomes the default. All faults are collected.
///
/// The typed forms of swift-configuration return the default for a malformed value. So this reader asks its provider
/// only for texts.
struct SettingsReader {
    /// The largest size of a secret's file in bytes.
    static let maximumFileLength = 65536
    private static let prefix = "TOPRELAY_"
    private static let fileSuffix = "_FILE"
    /// The variables that Kubernetes injects for a Service called `toprelay` or `toprelay-…`.
    private static let serviceLinks = [
        "TOPRELAY_SERVICE_*", "TOPRELAY_PORT*", "TOPRELAY_*_SERVICE_*", "TOPRELAY_*_PORT*",
    ].compactMap(MethodGlob.init)

    private let names: [String]
    private let provider: EnvironmentVariablesProvider
    /// The variables that are not settings of TopRelay, for programs that it runs.
    private let foreign: [String: String]
    private(set) var faults: [SettingFault] = []

    init(environment: [String: String]) {
        names = environment.keys.sorted()
        foreign = environment.filter { name, _ in
            !name.hasPrefix(Self.prefix) && !SettingDefinitions.all.contains { name.hasPrefix($0.name) }
        }
        let secrets = SettingDefinitions.all.filter(\.isSecret).map(\.name)
        provider = EnvironmentVariablesProvider(
            environmentVariables: environment, secretsSpecifier: .specific(Set(secrets)))
    }

    /// The setting's value. If it is malformed, or absent without a default, it returns nil and notes a fault.
    mutating func required<Value>(_ setting: Setting<Value>) -> Value? {
        let before = faults.count
        let value = optional(setting)
        if value == nil, faults.count == before {
            let file =
                setting.isSecret ? ", or set \(setting.name)\(Self.fileSuffix) to the path of a file with it" : ""
            faults.append(SettingFault(setting.name, expectation: "is not set: set it to \(setting.form)\(file)"))
        }
        return value
    }

    /// The setting's value, or nil if it is absent without a default. If it is malformed, it returns nil and notes a
    /// fault.
    mutating func optional<Value>(_ setting: Setting<Value>) -> Value? {
        let before = faults.count
        guard let text = text(of: setting) ?? (faults.count == before ? setting.defaultText : nil) else { return nil }
        do {
            return try setting.parse(text)
        } catch {
            note(setting, text, error.text)
            return nil
        }
    }

    /// The master keys, from their variable, their file or their command. If they are malformed, or needed and absent,
    /// it returns nil and notes a fault. The command runs only if the keys are needed.
    mutating func masterKey(isNeeded: Bool) -> KeyRing? {
        let setting = SettingDefinitions.masterKey
        let command = SettingDefinitions.masterKeyCommand
        guard variable(command.name) != nil else { return isNeeded ? required(setting) : optional(setting) }
        for name in [setting.name, setting.name + Self.fileSuffix] where variable(name) != nil {
            faults.append(SettingFault(command.name, expectation: "\(name) is set too: set one of the two"))
            return nil
        }
        guard let program = optional(command), isNeeded else { return nil }
        do throws(SettingValueError) {
            return try setting.parse(try program.output(environment: foreign))
        } catch {
            faults.append(SettingFault(command.name, expectation: error.text))
            return nil
        }
    }

    /// Notes every unknown variable with the prefix of settings.
    mutating func refuseUnknown() {
        for name in names where name.hasPrefix(Self.prefix) && !Self.isKnown(name) {
            guard !Self.serviceLinks.contains(where: { $0.matches(name) }) else { continue }
            let nearest = SettingDefinitions.all.map(\.name).min { Self.distance(name, $0) < Self.distance(name, $1) }
            let hint = nearest.flatMap { Self.distance(name, $0) <= 4 ? "; did you mean \($0)?" : nil } ?? ""
            faults.append(SettingFault(name, expectation: "is not a setting\(hint)"))
        }
    }

    /// The text of a setting, from its variable or from the file that its `_FILE` variable names.
    private mutating func text<Value>(of setting: Setting<Value>) -> String? {
        let own = variable(setting.name)
        let file = setting.isSecret ? variable(setting.name + Self.fileSuffix) : nil
        switch (own, file) {
        case (nil, nil): return nil
        case (_?, _?):
            faults.append(
                SettingFault(
                    setting.name, expectation: "\(setting.name)\(Self.fileSuffix) is set too: set one of the two"))
            return nil
        case (let own?, nil):
            guard !own.isEmpty else {
                note(setting, own, "is empty: unset it or give it a value (\(setting.form))")
                return nil
            }
            return own
        case (nil, let path?): return contents(of: path, for: setting.name + Self.fileSuffix)
        }
    }

    /// The contents of a secret's file without the final line end that editors add.
    private mutating func contents(of path: String, for variable: String) -> String? {
        // The path is not shown, because it may be a secret in the wrong variable.
        func refuse(_ expectation: String) -> String? {
            faults.append(SettingFault(variable, expectation: expectation))
            return nil
        }
        guard PathKind.file.exists(at: path), let data = FileManager.default.contents(atPath: path) else {
            return refuse("must be the path of a readable file")
        }
        guard data.count <= Self.maximumFileLength, var text = String(validating: data, as: UTF8.self) else {
            return refuse("the file must be UTF-8 text of at most \(Self.maximumFileLength) bytes")
        }
        if text.utf8.last == UInt8(ascii: "\n") { text.unicodeScalars.removeLast() }
        if text.utf8.last == UInt8(ascii: "\r") { text.unicodeScalars.removeLast() }
        guard !text.isEmpty else { return refuse("the file is empty") }
        return text
    }

    private func variable(_ name: String) -> String? {
        // This provider never throws. Its protocol allows others to.
        (try? provider.environmentValue(forName: name)) ?? nil
    }

    private mutating func note<Value>(_ setting: Setting<Value>, _ text: String, _ expectation: String) {
        faults.append(
            SettingFault(setting.name, value: setting.isShown ? text : nil, expectation: expectation))
    }

    private static func isKnown(_ name: String) -> Bool {
        SettingDefinitions.all.contains { $0.name == name || ($0.isSecret && $0.name + fileSuffix == name) }
    }

    /// The edit distance of two short names.
    private static func distance(_ one: String, _ other: String) -> Int {
        let target = Array(other.utf8)
        var row = Array(0...target.count)
        for (line, byte) in one.utf8.prefix(128).enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, wanted) in target.enumerated() {
                let replaced = diagonal + (byte == wanted ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[target.count]
    }
}
