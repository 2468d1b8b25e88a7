import Crypto

/// Checks of what is put into the vault. Every refusal names the field and what is expected, never the value of a
/// secret.
enum VaultInput {
    static let maximumSecretLength = 1024
    static let maximumAppKeyLength = 128
    static let maximumSellerLength = 128
    static let maximumListLength = 256
    static let signMethods = ["md5", "hmac", "hmac-sha256"]

    static func name(_ name: String, field: String) throws(VaultError) {
        guard VaultName.isValid(name) else {
            throw .invalid(
                field: field,
                expectation: "1–\(VaultName.maximumLength) characters out of A-Z a-z 0-9 . _ - are expected")
        }
    }

    static func appKey(_ key: String) throws(VaultError) {
        guard (1...maximumAppKeyLength).contains(key.utf8.count), key.utf8.allSatisfy(isVisible) else {
            throw .invalid(
                field: "app key", expectation: "1–\(maximumAppKeyLength) visible ASCII characters are expected")
        }
    }

    /// Session keys: a line end that slipped in with them would make every sign wrong.
    static func secret(_ secret: Secret, field: String) throws(VaultError) {
        guard (1...maximumSecretLength).contains(secret.bytes.count) else {
            throw .invalid(field: field, expectation: "1–\(maximumSecretLength) characters are expected")
        }
        guard secret.bytes.allSatisfy(isVisible) else {
            throw .invalid(
                field: field, expectation: "visible ASCII characters are expected, without blanks and line ends")
        }
    }

    /// App secrets: any text. TOP gives visible ASCII, and signs by whatever bytes it is; a control character slipped in.
    static func appSecret(_ secret: Secret) throws(VaultError) {
        guard (1...maximumSecretLength).contains(secret.bytes.count) else {
            throw .invalid(field: "app secret", expectation: "1–\(maximumSecretLength) bytes are expected")
        }
        guard let text = String(validating: secret.bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw .invalid(
                field: "app secret", expectation: "a UTF-8 text without control characters and line ends is expected")
        }
    }

    /// Any text that a header can carry: headers lose blanks at their ends and hold no control characters.
    static func seller(_ seller: String) throws(VaultError) {
        let scalars = seller.unicodeScalars
        guard (1...maximumSellerLength).contains(scalars.count) else {
            throw .invalid(field: "seller", expectation: "1–\(maximumSellerLength) characters are expected")
        }
        guard !scalars.contains(where: { $0.properties.generalCategory == .control }),
            scalars.first?.value != 0x20, scalars.last?.value != 0x20
        else {
            throw .invalid(
                field: "seller",
                expectation: "a text without control characters and without blanks at its ends is expected")
        }
    }

    static func signMethod(_ method: String) throws(VaultError) {
        guard signMethods.contains(method) else {
            throw .invalid(field: "sign method", expectation: "md5, hmac or hmac-sha256 is expected")
        }
    }

    static func globs(_ patterns: [String]) throws(VaultError) {
        guard patterns.count <= maximumListLength else {
            throw .invalid(field: "methods", expectation: "at most \(maximumListLength) are expected")
        }
        for (index, pattern) in patterns.enumerated() where MethodGlob(pattern) == nil {
            throw .invalid(
                field: "method \(index + 1)",
                expectation: "a TOP method or a pattern such as taobao.trade.* is expected "
                    + "(1–\(MethodGlob.maximumLength) characters out of A-Z a-z 0-9 . _ - *)")
        }
    }

    static func appNames(_ names: [String]) throws(VaultError) {
        guard names.count <= maximumListLength else {
            throw .invalid(field: "apps", expectation: "at most \(maximumListLength) are expected")
        }
        for name in names { try self.name(name, field: "app name") }
    }

    /// A time that PostgreSQL and a calendar can show: 1970 to 9999.
    static func time(_ milliseconds: Int64?, field: String) throws(VaultError) {
        guard milliseconds.map({ (0..<253_402_300_800_000).contains($0) }) ?? true else {
            throw .invalid(field: field, expectation: "a time from 1970 to 9999 is expected")
        }
    }

    private static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }
}
