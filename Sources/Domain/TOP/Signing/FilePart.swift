/// A file of a request (`byte[]` in TOP's documentation): sent beside the parameters, and not signed.
package struct FilePart: Sendable, Equatable {
    /// The parameter's name.
    package var name: String
    /// What is sent.
    package var bytes: ArraySlice<UInt8>
    /// The name of the file; nil if it is not known.
    package var filename: String?
    /// The media type; nil if it is not known.
    package var contentType: String?

    /// Makes a part.
    package init(name: String, bytes: ArraySlice<UInt8>, filename: String? = nil, contentType: String? = nil) {
        self.name = name
        self.bytes = bytes
        self.filename = filename
        self.contentType = contentType
    }
}
