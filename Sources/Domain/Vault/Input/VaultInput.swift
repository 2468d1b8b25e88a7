import Crypto

/// Checks input for the vault. Each error names the field and the expectation, but never a secret's value.
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
                expectation: "must be 1–\(VaultName.maximumLength) characters out of A-Z a-z 0-9 . _ -")
        }
    }

    static func appKey(_ key: String, field: String = "app key") throws(VaultError) {
        guard (1...maximumAppKeyLength).contains(key.utf8.count), key.utf8.allSatisfy(isVisible) else {
            throw .invalid(
                field: field, expectation: "must be 1–\(maximumAppKeyLength) visible ASCII characters")
        }
    }

    /// Checks a session key. A stray line end would make every signature wrong.
    static func secret(_ secret: Secret, field: String) throws(VaultError) {
        guard (1...maximumSecretLength).contains(secret.bytes.count) else {
            throw .invalid(field: field, expectation: "must be 1–\(maximumSecretLength) characters")
        }
        guard secret.bytes.allSatisfy(isVisible) else {
            throw .invalid(
                field: field, expectation: "must be visible ASCII characters without blanks and line ends")
        }
    }

    /// Checks an app secret, or another secret of any text: TOP signs its bytes. A control character can only be a
    /// mistake.
    static func appSecret(_ secret: Secret, field: String = "app secret") throws(VaultError) {
        guard (1...maximumSecretLength).contains(secret.bytes.count) else {
            throw .invalid(field: field, expectation: "must be 1–\(maximumSecretLength) bytes")
        }
        guard let text = String(validating: secret.bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw .invalid(
                field: field, expectation: "must be UTF-8 text without control characters and line ends")
        }
    }

    /// Checks a seller, or another name of that form. It must fit into a header, which loses outer blanks and cannot
    /// hold control characters.
    static func seller(_ seller: String, field: String = "seller") throws(VaultError) {
        let scalars = seller.unicodeScalars
        guard (1...maximumSellerLength).contains(scalars.count) else {
            throw .invalid(field: field, expectation: "must be 1–\(maximumSellerLength) characters")
        }
        guard !scalars.contains(where: { $0.properties.generalCategory == .control }),
            scalars.first?.value != 0x20, scalars.last?.value != 0x20
        else {
            throw .invalid(
                field: field,
                expectation: "must not contain control characters, nor blanks at its ends")
        }
    }

    static func signMethod(_ method: String) throws(VaultError) {
        guard signMethods.contains(method) else {
            throw .invalid(field: "sign method", expectation: "must be md5, hmac or hmac-sha256")
        }
    }

    static func globs(_ patterns: [String]) throws(VaultError) {
        guard patterns.count <= maximumListLength else {
            throw .invalid(field: "methods", expectation: "must be at most \(maximumListLength)")
        }
        for (index, pattern) in patterns.enumerated() where MethodGlob(pattern) == nil {
            throw .invalid(
                field: "method \(index + 1)",
                expectation: "must be a TOP method or a pattern such as taobao.trade.* "
                    + "(1–\(MethodGlob.maximumLength) characters out of A-Z a-z 0-9 . _ - *)")
        }
    }

    static func sellerGlobs(_ patterns: [String]) throws(VaultError) {
        guard patterns.count <= maximumListLength else {
            throw .invalid(field: "sellers", expectation: "must be at most \(maximumListLength)")
        }
        for (index, pattern) in patterns.enumerated() { try seller(pattern, field: "seller \(index + 1)") }
    }

    static func callbacks(_ names: [String]) throws(VaultError) {
        guard names.count <= maximumListLength else {
            throw .invalid(field: "callbacks", expectation: "must be at most \(maximumListLength)")
        }
        for (index, name) in names.enumerated() { try self.name(name, field: "callback \(index + 1)") }
    }

    static func appNames(_ names: [String]) throws(VaultError) {
        guard names.count <= maximumListLength else {
            throw .invalid(field: "apps", expectation: "must be at most \(maximumListLength)")
        }
        for (index, name) in names.enumerated() { try self.name(name, field: "app \(index + 1)") }
    }

    /// Checks a time. PostgreSQL and calendars can show 1970 to 9999.
    static func time(_ milliseconds: Int64?, field: String) throws(VaultError) {
        guard milliseconds.map({ (0..<253_402_300_800_000).contains($0) }) ?? true else {
            throw .invalid(field: field, expectation: "must be a time from 1970 to 9999")
        }
    }

    private static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }
}
