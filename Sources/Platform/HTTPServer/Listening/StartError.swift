/// Why a server cannot listen.
package struct StartError: Error, CustomStringConvertible {
    /// Where it was to listen.
    package let address: ListenAddress
    /// What the system says.
    package let reason: String
    /// One sentence for the operator.
    package var description: String { "cannot listen on \(address): \(reason)" }
}
