package import Crypto

/// An app registered at TOP, with its opened secret.
package final class App: Sendable {
    /// The name that callers use in `Top-App`.
    package let name: String
    /// TOP's `app_key`.
    package let appKey: String
    /// The secret for signing.
    package let secret: Secret
    /// The gateway of this app; nil for that of the service (`TOPRELAY_GATEWAY_URL`).
    package let gatewayURL: String?
    /// Whether plain http is allowed to a gateway whose address is not a loopback address.
    package let allowsHTTP: Bool
    /// TOP's `sign_method`: `md5`, `hmac` or `hmac-sha256`.
    package let signMethod: String
    /// The kind and the parameters that go with each call.
    package let addressing: AppAddressing
    /// How the app gets session keys.
    package let auth: AppAuth
    /// Whether calls that name no app use this one.
    package let isDefault: Bool
    /// The TOP methods bound to this app.
    package let methods: [MethodGlob]
    /// The proxy that the app's calls go through; nil for none.
    package let proxy: AppProxy?
    /// The calls that are paused.
    package let pause: AppPause
    /// False if the list of bound methods cannot be read, so that the app's methods are unknown.
    let hasReadableMethods: Bool
    /// False if the sealed secret or the proxy's password could not be opened. The app is then found, but it cannot be
    /// used.
    package let isUsable: Bool

    /// Makes an app of the vault.
    package convenience init(
        name: String, appKey: String, secret: Secret, gatewayURL: String? = nil, allowsHTTP: Bool = false,
        signMethod: String = "hmac-sha256", addressing: AppAddressing = AppAddressing(), auth: AppAuth = AppAuth(),
        isDefault: Bool = false, methods: [MethodGlob] = [], proxy: AppProxy? = nil, pause: AppPause = AppPause()
    ) {
        self.init(
            name: name, appKey: appKey, openedSecret: secret, gatewayURL: gatewayURL, allowsHTTP: allowsHTTP,
            signMethod: signMethod, addressing: addressing, auth: auth, isDefault: isDefault,
            readableMethods: methods, readableProxy: proxy, pause: pause)
    }

    /// Makes an app whose secret may not have opened (nil), and whose methods and proxy may be unreadable (nil).
    init(
        name: String, appKey: String, openedSecret: Secret?, gatewayURL: String?, allowsHTTP: Bool, signMethod: String,
        addressing: AppAddressing?, auth: AppAuth, isDefault: Bool, readableMethods: [MethodGlob]?,
        readableProxy: AppProxy?? = .some(nil), pause: AppPause
    ) {
        self.name = name
        self.appKey = appKey
        secret = openedSecret ?? Secret("")
        isUsable = openedSecret != nil && addressing != nil && readableProxy != nil
        self.gatewayURL = gatewayURL
        self.allowsHTTP = allowsHTTP
        self.signMethod = signMethod
        self.addressing = addressing ?? AppAddressing()
        self.auth = auth
        self.isDefault = isDefault
        methods = readableMethods ?? []
        hasReadableMethods = readableMethods != nil
        proxy = readableProxy ?? nil
        self.pause = pause
    }
}

/// The calls of an app that an operator has paused: all of them, or those of some methods.
package struct AppPause: Sendable, Equatable {
    /// Whether every call is paused.
    package var isWhole: Bool
    /// Methods and patterns of methods that are paused.
    package var methods: [MethodGlob]

    /// Paused calls.
    package init(isWhole: Bool = false, methods: [MethodGlob] = []) {
        self.isWhole = isWhole
        self.methods = methods
    }

    /// Whether calls of the method are paused.
    package func covers(_ method: String) -> Bool {
        if isWhole { return true }
        guard !methods.isEmpty else { return false }
        let bytes = Array(method.utf8)
        return methods.contains { $0.matches(bytes) }
    }
}
