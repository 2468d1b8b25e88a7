/// A value that must not be shown: an app secret, a session key, a master key.
///
/// However it is printed, interpolated, dumped or reflected, it reads `***`.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself, for whoever signs, seals or sends with it.
    public var bytes: [UInt8]

    /// A secret given as text; its bytes are UTF-8.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// A secret given as bytes.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The secret itself as text; bytes that are not UTF-8 become U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// `***`.
    public var description: String { "***" }

    /// `***`.
    public var debugDescription: String { "***" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable {
    /// Compares in constant time.
    public static func == (one: Secret, other: Secret) -> Bool {
        ConstantTime.equal(one.bytes, other.bytes)
    }
}
