/// A value that must not be shown: an app secret, a session key, a master key.
///
/// However it is printed, interpolated, dumped or reflected, it reads `***`.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself, for whoever signs, seals or sends with it.
    package var bytes: [UInt8]

    /// A secret given as text; its bytes are UTF-8.
    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// A secret given as bytes.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The secret itself as text; bytes that are not UTF-8 become U+FFFD.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// `***`.
    package var description: String { "***" }

    /// `***`.
    package var debugDescription: String { "***" }

    /// A mirror without children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable {
    /// Compares in constant time.
    package static func == (one: Secret, other: Secret) -> Bool {
        ConstantTime.equal(one.bytes, other.bytes)
    }
}
