/// A file of a request (`byte[]` in TOP's documentation). It is sent next to the parameters and is not signed.
package struct FilePart: Sendable, Equatable {
    /// The parameter's name.
    package var name: String
    /// The content.
    package var bytes: ArraySlice<UInt8>
    /// The name of the file; nil if it is unknown.
    package var filename: String?
    /// The media type; nil if it is unknown.
    package var contentType: String?

    /// Makes a part.
    package init(name: String, bytes: ArraySlice<UInt8>, filename: String? = nil, contentType: String? = nil) {
        self.name = name
        self.bytes = bytes
        self.filename = filename
        self.contentType = contentType
    }
}
