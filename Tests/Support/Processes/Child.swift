package import Foundation

/// A child process in a process group of its own, with files for its three standard streams.
///
/// Its streams are files because children that start at the same time would inherit each other's pipes. It starts by
/// `posix_spawn` because a child of Foundation's `Process` can inherit blocked signals, and would never see its
/// SIGTERM.
package final class Child: @unchecked Sendable {
    package enum Ending: Equatable, Sendable {
        case exited(Int32)
        case killed(Int32)
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let pid: pid_t
    private let lock = NSLock()
    private var ending: Ending?

    /// Starts a program by its path.
    package init(
        _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null",
        output: String = "/dev/null", errors: String? = nil, folder: String = "/tmp"
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        // Other tests' sockets are not for the child: it may have few descriptors.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in 3...max(4096, open.compactMap { Int32($0) }.max() ?? 0) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let standard = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"]
        let variables = standard.merging(environment) { _, own in own }.map { "\($0.key)=\($0.value)" }
        var argv = (["env", "-C", folder] + arguments).map { (text: String) in strdup(text) } + [nil]
        var envp = variables.map { (text: String) in strdup(text) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &argv, &envp)
        guard code == 0 else {
            throw Failure(description: "cannot start \(arguments[0]): \(String(cString: strerror(code)))")
        }
        self.pid = pid
        Watchdog.shared.add(pid)
    }

    /// Processor time that the process has used so far, in hundredths of a second.
    package func processorTicks() throws -> Int {
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // The name of the program, in parentheses, may hold blanks. User and system time are fields 14 and 15.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        return (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)
    }

    /// How the process ended; nil while it runs.
    package func poll() -> Ending? {
        lock.withLock {
            if let ending { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            Watchdog.shared.remove(pid)
            let signal = status & 0x7F
            ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
            return ending
        }
    }

    package var isRunning: Bool { poll() == nil }

    /// Waits for the end. A process that takes longer is killed, and that is an error.
    ///
    /// - Parameter limit: the longest wait on an idle machine. It is multiplied by `TEST_TIME_SCALE`.
    @discardableResult
    package func wait(_ limit: Duration = .seconds(60)) async throws -> Ending {
        let limit = limit * testTimeScale
        let deadline = ContinuousClock.now + limit
        var pause = Duration.milliseconds(2)
        while ContinuousClock.now < deadline {
            if let ending = poll() { return ending }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        kill()
        throw Failure(description: "process \(pid) did not end within \(limit)")
    }

    /// Sends a signal to the process alone.
    package func signal(_ number: Int32) {
        lock.withLock {
            if ending == nil { _ = Foundation.kill(pid, number) }
        }
    }

    /// Kills the process and its group, and reaps it.
    package func kill() {
        lock.withLock {
            guard ending == nil else { return }
            _ = Foundation.kill(-pid, SIGKILL)
            _ = Foundation.kill(pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            ending = .killed(SIGKILL)
            Watchdog.shared.remove(pid)
        }
    }

    deinit { kill() }
}
