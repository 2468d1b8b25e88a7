import Glibc

/// A program of the system that a test starts, by `posix_spawn`.
///
/// It gets none of the tests' other descriptors: it would hold their connections and pipes open. Foundation's `Process`
/// would also wait for a server that the program leaves behind.
package struct Program: Sendable {
    package struct Failed: Error, CustomStringConvertible {
        let command: [String]
        let output: String

        package init(command: [String], output: String) {
            self.command = command
            self.output = output
        }

        package var description: String { "\(command.joined(separator: " ")): \(output)" }
    }

    private let identifier: pid_t

    /// Starts it with these descriptors; nil is nothing to read, and an output that goes nowhere.
    package init(_ command: [String], input: Int32? = nil, output: Int32? = nil) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        for descriptor: Int32 in [1, 2] {
            if let output {
                posix_spawn_file_actions_adddup2(&actions, output, descriptor)
            } else {
                posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
            }
        }
        for descriptor: Int32 in 3..<4096 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        // Servers are to be found where a plain user's path does not lead.
        let path = (getenv("PATH").map { String(cString: $0) + ":" } ?? "") + "/usr/sbin:/sbin:/usr/bin:/bin"
        let words: [UnsafeMutablePointer<CChar>?] = (["env", "PATH=\(path)"] + command).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        // Threads of libdispatch block all signals; a child of one would never see a SIGTERM.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var identifier = pid_t()
        let code = posix_spawn(&identifier, "/usr/bin/env", &actions, &attributes, words, environ)
        guard code == 0 else { throw Failed(command: command, output: "posix_spawn: \(code)") }
        self.identifier = identifier
    }

    /// Runs a command to its end; its output, or an error with it.
    @discardableResult
    package static func run(_ command: [String], input: [UInt8] = []) throws -> [UInt8] {
        let source = try unnamedFile(input)
        let sink = try unnamedFile([])
        defer {
            close(source)
            close(sink)
        }
        let status = try Program(command, input: source, output: sink).wait()
        let output = contents(sink)
        guard status == 0 else { throw Failed(command: command, output: String(decoding: output, as: UTF8.self)) }
        return output
    }

    package var isRunning: Bool { kill(identifier, 0) == 0 && waitpid(identifier, nil, WNOHANG) == 0 }

    /// Asks it to end, and waits.
    package func stop() {
        kill(identifier, SIGTERM)
        _ = wait()
    }

    /// Waits for its end; the wait status: 0 for a good end.
    @discardableResult
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) == -1, errno == EINTR {}
        return status
    }

    /// A file without a name that holds some bytes, read from its start: unlike a pipe it never makes one side wait.
    private static func unnamedFile(_ bytes: [UInt8]) throws -> Int32 {
        let path = "/tmp/tr-run-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failed(command: [path], output: "cannot be made") }
        unlink(path)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failed(command: [path], output: "cannot be written") }
            rest = rest.dropFirst(count)
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    private static func contents(_ descriptor: Int32) -> [UInt8] {
        lseek(descriptor, 0, SEEK_SET)
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return output }
            output += chunk[..<count]
        }
    }
}
