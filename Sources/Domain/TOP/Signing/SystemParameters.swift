package import Crypto

/// The parameters that TOP wants with every call, whatever the method. All of them go into the form, so that session
/// and sign stay out of the access logs on the way.
package enum SystemParameters {
    /// The names that belong to TOP: a caller's parameter must not take one.
    package static let names: Set<String> = [
        "app_key", "format", "method", "partner_id", "session", "sign", "sign_method", "simplify", "target_app_key",
        "timestamp", "v",
    ]

    /// Everything but `sign`, for an answer in JSON. `session` is left out where it is nil or empty.
    package static func list(
        method: String, appKey: String, signMethod: SignMethod, session: Secret?, epochSeconds: Int
    ) -> [Parameter] {
        var list = [
            Parameter(name: "method", value: method),
            Parameter(name: "app_key", value: appKey),
            Parameter(name: "timestamp", value: TOPTime.timestamp(epochSeconds: epochSeconds)),
            Parameter(name: "format", value: "json"),
            Parameter(name: "v", value: "2.0"),
            Parameter(name: "sign_method", value: signMethod.rawValue),
        ]
        if let session, !session.bytes.isEmpty { list.append(Parameter(name: "session", value: session.text)) }
        return list
    }
}

extension Signer {
    /// The body of a request: the parameters, system and business together, and their sign at the end.
    package func form(_ parameters: [Parameter]) throws(CryptoError) -> [UInt8] {
        let sign = try sign(parameters)
        let isClean = !parameters.contains { $0.name == "sign" }
        var form = FormEncoding.encode(isClean ? parameters : parameters.filter { $0.name != "sign" })
        FormEncoding.append([Parameter(name: "sign", value: sign)], to: &form)
        return form
    }
}
