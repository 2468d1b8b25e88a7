internal import CEventLoop
internal import Glibc
internal import Time

/// Runs a program to its end and reads what it prints. It blocks the thread, so it is for the start of a process only.
package enum ProgramOutput {
    /// Runs a program without a shell. Its standard input is empty, and its standard error is dropped.
    /// - Parameters:
    ///   - words: the program, which is looked up in `PATH`, and its arguments. There is at least one.
    ///   - environment: all variables of the program.
    ///   - timeout: how long it may run. Then it is killed, with all programs that it has started.
    ///   - limit: the largest output in bytes.
    package static func read(
        of words: [String], environment: [String: String], timeout: Duration, limit: Int
    ) throws(ProgramError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: limit)
        var count = 0
        var detail: Int32 = 0
        let variables = environment.map { "\($0.key)=\($0.value)" }
        var arguments = words.map { (text: String) in strdup(text) } + [nil]
        var settings = variables.map { (text: String) in strdup(text) } + [nil]
        defer { for text in arguments + settings { free(text) } }
        let result = loop_run_program(
            &arguments, &settings, Int32(clamping: timeout.milliseconds), &output, limit, &count, &detail)
        switch Int(result) {
        case LOOP_PROGRAM_DONE: return Array(output[..<count])
        case LOOP_PROGRAM_NOT_STARTED: throw .notStarted(String(cString: strerror(detail)))
        case LOOP_PROGRAM_TIMED_OUT: throw .timedOut(timeout)
        case LOOP_PROGRAM_WROTE_TOO_MUCH: throw .wroteTooMuch(limit: limit)
        case LOOP_PROGRAM_KILLED: throw .killed(signal: detail)
        default: throw .failed(status: detail)
        }
    }
}

/// Why a program gave no output. No text holds what it printed, or its arguments.
package enum ProgramError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It could not be started, with the system's reason.
    case notStarted(String)
    /// It did not end in time.
    case timedOut(Duration)
    /// It printed more bytes than allowed.
    case wroteTooMuch(limit: Int)
    /// It exited with a status other than 0.
    case failed(status: Int32)
    /// A signal ended it.
    case killed(signal: Int32)

    /// A text without a full stop.
    package var description: String {
        switch self {
        case .notStarted(let reason): "the program could not be started: \(reason)"
        case .timedOut(let limit): "the program did not end within \(limit)"
        case .wroteTooMuch(let limit): "the program printed more than \(limit) bytes"
        case .failed(let status): "the program exited with status \(status)"
        case .killed(let signal): "signal \(signal) ended the program"
        }
    }
}
