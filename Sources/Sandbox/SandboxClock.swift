import Glibc

/// The host's wall clock.
public enum SandboxClock {
    /// Seconds since 1970.
    public static func now() -> Int {
        time(nil)
    }
}
