/// An HTTP proxy. Every connection goes through a tunnel that the proxy makes on `CONNECT`, for https and for plain
/// http.
///
/// It shows only its address, however it is printed.
package struct CurlProxy: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `http://HOST:PORT`.
    package let address: String
    /// The user for Basic authentication; nil for none.
    let user: String?
    /// The password of the user.
    let password: String

    /// Makes a proxy. The password is sent to no one else.
    package init(address: String, user: String? = nil, password: String = "") {
        self.address = address
        self.user = user
        self.password = password
    }

    /// The address.
    package var description: String { address }

    /// The address.
    package var debugDescription: String { address }

    /// A mirror that shows the address only.
    package var customMirror: Mirror { Mirror(self, children: ["address": address]) }
}
