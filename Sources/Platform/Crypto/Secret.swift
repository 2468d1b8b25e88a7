/// A value that must not be shown, such as an app secret, a session key or a master key.
///
/// It reads `***` however it is printed, interpolated, dumped or reflected.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret bytes, for signing, sealing or sending.
    package var bytes: [UInt8]

    /// Makes a secret from the UTF-8 of a text.
    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Makes a secret from bytes.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The secret as text. Bytes that are not UTF-8 become U+FFFD.
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
