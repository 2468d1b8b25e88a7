/// Runs a program of the system to its end.
package enum Command {
    /// Gives the program its whole input, and takes its whole output; an error if it does not end well.
    package static func run(_ program: String, _ arguments: [String], input: String = "") throws -> String {
        String(decoding: try Program.run([program] + arguments, input: Array(input.utf8)), as: UTF8.self)
    }
}
