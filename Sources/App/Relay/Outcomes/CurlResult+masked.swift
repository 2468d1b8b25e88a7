import Curl

extension CurlResult {
    /// The result with the secrets taken out of its body.
    func masked(by mask: SecretMask) -> CurlResult {
        guard case .answered(let status, let contentType, let body) = outcome else { return self }
        var clean = self
        clean.outcome = .answered(status: status, contentType: contentType, body: mask.masked(body))
        clean.location = location.map { String(decoding: mask.masked(Array($0.utf8)), as: UTF8.self) }
        return clean
    }
}
