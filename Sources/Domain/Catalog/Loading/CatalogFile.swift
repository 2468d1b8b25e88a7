internal import Resources

/// A catalog file: `METHOD.yaml` or `METHOD.overlay.yaml`.
package struct CatalogFile: Sendable, Equatable {
    /// The file's name, or its path for messages. The part after the last slash determines its kind.
    package let name: String
    /// Its text.
    package let text: String

    /// Makes a file from its name and text.
    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// The files that are part of the binary.
    static var embedded: [CatalogFile] {
        Resources.files(in: "catalog").map { CatalogFile(name: $0.name, text: $0.text) }
    }
}
