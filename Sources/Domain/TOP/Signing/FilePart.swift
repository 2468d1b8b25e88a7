/// A file of a request (`byte[]` in TOP's documentation): sent beside the parameters, and not signed.
public struct FilePart: Sendable, Equatable {
    /// The parameter's name.
    public var name: String
    /// What is sent.
    public var bytes: ArraySlice<UInt8>
    /// The name of the file; nil if it is not known.
    public var filename: String?
    /// The media type; nil if it is not known.
    public var contentType: String?

    /// Makes a part.
    public init(name: String, bytes: ArraySlice<UInt8>, filename: String? = nil, contentType: String? = nil) {
        self.name = name
        self.bytes = bytes
        self.filename = filename
        self.contentType = contentType
    }
}
