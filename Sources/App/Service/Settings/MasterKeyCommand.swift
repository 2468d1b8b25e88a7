import EventLoop

/// A program that prints the master keys, such as a client of a key management service.
///
/// It runs without a shell, and without TopRelay's own variables. Its messages are never shown, because they may hold a
/// part of a key.
package struct MasterKeyCommand: Sendable {
    /// How long the program may run.
    static let timeout = Duration.seconds(10)
    /// The largest output in bytes.
    private static let maximumBytes = 64 << 10

    /// The program and its arguments.
    let words: [String]

    /// Reads a program and its arguments, which blanks separate. Nil for a text without words.
    init?(_ text: String) {
        words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard !words.isEmpty, !text.utf8.contains(0) else { return nil }
    }

    /// Runs the program and returns what it prints.
    func output(environment: [String: String]) throws(SettingValueError) -> String {
        let bytes: [UInt8]
        do throws(ProgramError) {
            bytes = try ProgramOutput.read(
                of: words, environment: environment, timeout: Self.timeout, limit: Self.maximumBytes)
        } catch {
            throw SettingValueError("\(error); run it by hand to see its messages")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingValueError("the program's output is not text")
        }
        return text
    }
}
