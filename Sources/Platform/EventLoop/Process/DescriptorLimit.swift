import Glibc

/// The process's limit on open file descriptors (RLIMIT_NOFILE).
package enum DescriptorLimit {
    /// Raises the soft limit to `wanted` descriptors, or to the hard limit if that is less. It never lowers the limit.
    /// - Returns: the current soft limit.
    package static func raise(to wanted: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return standard }
        let target = min(rlim_t(max(0, wanted)), limit.rlim_max)
        if limit.rlim_cur < target {
            var raised = limit
            raised.rlim_cur = target
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// The number of open descriptors, including inherited ones. It asks the kernel about each of the first 65,536 and
    /// needs no /proc.
    package static func openCount() -> Int {
        let limit = min(raise(to: 0), 65_536)
        return (0..<Int32(limit)).count { fcntl($0, F_GETFD) >= 0 }
    }

    /// Linux's default limit. It stands in for a limit that cannot be read.
    private static let standard = 1024
}
