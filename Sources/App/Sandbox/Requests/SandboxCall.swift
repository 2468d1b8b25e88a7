/// A recent call. Session, sign, codes and refresh tokens are masked, and long values are truncated.
package struct SandboxCall: Sendable, Equatable {
    /// A number that counts from 1 in the order of arrival.
    package let number: Int
    /// The time of arrival in seconds since 1970.
    package let epochSeconds: Int
    /// The method; empty if the call named none.
    package let method: String
    /// The parameters in the received order.
    package let parameters: [(name: String, value: String)]
    /// The files in the received order, with their names and sizes.
    package let files: [(name: String, filename: String, byteCount: Int)]
    /// The code of the error response; nil if the call passed all checks.
    package let errorCode: Int?
    /// Whether a fault affected it.
    package let isStruck: Bool

    static let maximumValueBytes = 4096
    private static let secrets: Set<String> = ["session", "sign", "code", "refresh_token"]

    init(
        number: Int, epochSeconds: Int, method: String, received: [ReceivedParameter],
        files: [MultipartDecoder.File], errorCode: Int?, isStruck: Bool
    ) {
        self.number = number
        self.epochSeconds = epochSeconds
        self.method = method
        self.errorCode = errorCode
        self.isStruck = isStruck
        self.files = files.map { ($0.name, $0.filename, $0.byteCount) }
        parameters = received.map { parameter in
            guard !Self.secrets.contains(parameter.name) else { return (parameter.name, "***") }
            let value = parameter.value
            guard value.utf8.count > Self.maximumValueBytes else { return (parameter.name, value) }
            return (parameter.name, String(decoding: value.utf8.prefix(Self.maximumValueBytes), as: UTF8.self) + "…")
        }
    }

    /// Whether two calls are equal in all members.
    package static func == (left: SandboxCall, right: SandboxCall) -> Bool {
        left.number == right.number && left.epochSeconds == right.epochSeconds && left.method == right.method
            && left.errorCode == right.errorCode && left.isStruck == right.isStruck
            && left.parameters.elementsEqual(right.parameters) { $0 == $1 }
            && left.files.elementsEqual(right.files) { $0 == $1 }
    }
}
