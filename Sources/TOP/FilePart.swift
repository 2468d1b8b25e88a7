/// A file of a request (`byte[]` in TOP's documentation): sent beside the parameters, and not signed.
public struct FilePart: Sendable, Equatable {
    /// The parameter's name.
    public var name: String
    /// What is sent.
    public var bytes: [UInt8]

    /// Makes a part.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}
