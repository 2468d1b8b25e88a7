import FoundationEssentials

/// The process's environment.
enum Environment {
    /// All variables by name.
    static var variables: [String: String] { ProcessInfo.processInfo.environment }
}
