import Glibc

/// A program that was started for a test, by posix_spawn.
struct Program: Sendable {
    struct Failed: Error {
        let command: [String]
        let output: String
    }

    private let identifier: pid_t

    /// Starts it, with its output to `output` or nowhere.
    init(_ command: [String], output: Int32? = nil) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for descriptor: Int32 in [1, 2] {
            if let output {
                posix_spawn_file_actions_adddup2(&actions, output, descriptor)
            } else {
                posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
            }
        }
        // The tests' other descriptors are not the child's: it would hold their connections open.
        for descriptor: Int32 in 3..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        let words: [UnsafeMutablePointer<CChar>?] = (["env"] + command).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var path: [UnsafeMutablePointer<CChar>?] = [
            strdup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), nil,
        ]
        defer { path.forEach { free($0) } }
        // Threads of libdispatch block all signals; a child of one would never see a SIGTERM.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var identifier = pid_t()
        let code = posix_spawnp(&identifier, "/usr/bin/env", &actions, &attributes, words, &path)
        guard code == 0 else { throw Failed(command: command, output: "posix_spawn: \(code)") }
        self.identifier = identifier
    }

    /// Runs a command to its end; its output, or an error with it.
    @discardableResult
    static func run(_ command: String...) throws -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        let program = try Program(command, output: ends[1])
        close(ends[1])
        defer { close(ends[0]) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(ends[0], &chunk, chunk.count)
            guard count > 0 else { break }
            output += chunk[..<count]
        }
        guard program.wait() == 0 else {
            throw Failed(command: command, output: String(decoding: output, as: UTF8.self))
        }
        return output
    }

    var isRunning: Bool { kill(identifier, 0) == 0 && waitpid(identifier, nil, WNOHANG) == 0 }

    /// Asks it to end, and waits.
    func stop() {
        kill(identifier, SIGTERM)
        _ = wait()
    }

    /// The wait status: 0 for a good end.
    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) == -1, errno == EINTR {}
        return status
    }
}
