import EventLoop
import Testing

@Suite("The output of programs")
struct ProgramOutputTests {
    private func read(
        _ words: [String], _ environment: [String: String] = [:], timeout: Duration = .seconds(60), limit: Int = 1000
    ) throws(ProgramError) -> String {
        let bytes = try ProgramOutput.read(of: words, environment: environment, timeout: timeout, limit: limit)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("A program gets its arguments as they are, its own variables and no others, and no input")
    func programGetsArguments() throws {
        #expect(try read(["printf", "%s|", "a b", "$HOME", "*", ""]) == "a b|$HOME|*||")
        #expect(try read(["/usr/bin/env"], ["ONE": "1"]) == "ONE=1\n")
        #expect(try read(["cat"]).isEmpty)
        #expect(try read(["sh", "-c", "echo out; echo canary >&2"]) == "out\n")
    }

    @Test("Up to the limit the output is whole; beyond it the program is stopped")
    func outputIsLimited() throws {
        #expect(try read(["printf", "12345"], limit: 5) == "12345")
        #expect(throws: ProgramError.wroteTooMuch(limit: 5)) { try read(["printf", "123456"], limit: 5) }
        #expect(throws: ProgramError.wroteTooMuch(limit: 5)) { try read(["yes"], limit: 5) }
    }

    @Test("A program that fails, hangs or is not there is told without its words")
    func programFails() {
        #expect(throws: ProgramError.failed(status: 3)) { try read(["sh", "-c", "echo canary; exit 3"]) }
        #expect(throws: ProgramError.killed(signal: 15)) { try read(["sh", "-c", "kill -TERM $$"]) }
        let short = Duration.milliseconds(300)
        #expect(throws: ProgramError.timedOut(short)) { try read(["sleep", "600"], timeout: short) }
        #expect(throws: ProgramError.timedOut(short)) { try read(["sh", "-c", "sleep 600 & echo x"], timeout: short) }
        #expect(throws: ProgramError.timedOut(short)) { try read(["sh", "-c", "exec >&-; sleep 600"], timeout: short) }
        do throws(ProgramError) {
            _ = try read(["/nowhere/canary"])
            Issue.record("an error is expected")
        } catch {
            #expect("\(error)" == "the program could not be started: No such file or directory")
        }
    }
}
