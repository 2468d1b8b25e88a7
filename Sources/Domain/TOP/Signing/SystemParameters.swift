/// The parameters that TOP defines for every call. Source: TOP's page on common parameters.
package enum SystemParameters {
    /// The names. Neither a caller nor a catalog entry may use one for a business parameter.
    package static let names: Set<String> = [
        "app_key", "customerId", "format", "method", "partner_id", "session", "sign", "sign_method", "simplify",
        "target_app_key",
        "timestamp", "v",
    ]
}
