/// How a request is signed. The raw value is the value of `sign_method`, in lower case as TOP expects it.
package enum SignMethod: String, Sendable, Equatable, CaseIterable {
    /// MD5 of the secret, the base string and the secret again.
    case md5
    /// HMAC-MD5 under the secret.
    case hmac
    /// HMAC-SHA256 under the secret.
    case hmacSHA256 = "hmac-sha256"
}
