/// A server cannot listen on its address.
package struct ListenError: Error, CustomStringConvertible {
    /// The address that was tried.
    package let address: ListenAddress
    /// The system's reason.
    package let reason: String
    /// One sentence for the operator.
    package var description: String { "cannot listen on \(address): \(reason)" }
}
