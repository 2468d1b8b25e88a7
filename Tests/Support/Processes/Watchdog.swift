import Foundation

/// Ends what the tests have started, also when the test process is killed. It is a shell that waits for the end of that
/// process.
package final class Watchdog: Sendable {
    package static let shared = Watchdog()

    /// The tests write only below this folder. The watchdog removes it.
    package let folder = "/tmp/tr-test-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)

    private init() {
        try? FileManager.default.createDirectory(atPath: folder + "/running", withIntermediateDirectories: true)
        let script = """
            while kill -0 \(getpid()) 2>/dev/null; do sleep 0.5; done
            for name in \(folder)/running/*; do
                case "$name" in
                    */pid-*) kill -s KILL -- "-${name##*-}" ;;
                    *.sh) timeout 20 sh "$name" ;;
                esac
            done
            rm -rf \(folder)
            """
        try? script.write(toFile: folder + "/watchdog.sh", atomically: false, encoding: .utf8)
        var arguments = ["sh", folder + "/watchdog.sh"].map { (text: String) in strdup(text) } + [nil]
        defer { for text in arguments { free(text) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var pid: pid_t = 0
        _ = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &arguments, environ)
    }

    func add(_ pid: pid_t) { _ = FileManager.default.createFile(atPath: path(pid), contents: nil) }

    func remove(_ pid: pid_t) { unlink(path(pid)) }

    /// Notes a command for the end; the same name again replaces it.
    package func atEnd(_ name: String, _ command: String) {
        try? command.write(toFile: folder + "/running/\(name).sh", atomically: true, encoding: .utf8)
    }

    package func forget(_ name: String) { unlink(folder + "/running/\(name).sh") }

    private func path(_ pid: pid_t) -> String { folder + "/running/pid-\(pid)" }

    /// A new folder for one part of a test, which any user may enter.
    package func makeFolder(_ name: String) throws -> String {
        let path = "\(folder)/\(name)-" + String(UInt32.random(in: 0..<UInt32.max), radix: 36)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        return path
    }
}
