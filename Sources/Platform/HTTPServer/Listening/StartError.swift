/// Why a server cannot listen.
public struct StartError: Error, CustomStringConvertible {
    /// Where it was to listen.
    public let address: ListenAddress
    /// What the system says.
    public let reason: String
    /// One sentence for the operator.
    public var description: String { "cannot listen on \(address): \(reason)" }
}
