import Glibc

/// The machine's name.
package enum HostName {
    /// The kernel's node name, at most 255 bytes. In Kubernetes it is the name of the pod.
    package static var current: String {
        var system = utsname()
        guard unsafe uname(&system) == 0 else { return "unknown" }
        return withNodeName(system)
    }

    private static func withNodeName(_ system: utsname) -> String {
        var bytes: [UInt8] = []
        for child in Mirror(reflecting: system.nodename).children {
            guard let byte = child.value as? CChar, byte != 0 else { break }
            bytes.append(UInt8(bitPattern: byte))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
