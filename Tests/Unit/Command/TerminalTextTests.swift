import Testing

@testable import toprelay

@Suite("Stored text at a terminal")
struct TerminalTextTests {
    @Test(
        "Line ends, control characters and marks of direction are shown, not obeyed",
        arguments: [
            ("done\nsettled       done", "done\\nsettled       done"),
            ("a\r\u{1B}[2K\u{1B}[31mx", "a\\r\\u001B[2K\\u001B[31mx"),
            ("abc\u{202E}fdp\u{2066}x\u{2069}", "abc\\u202Efdp\\u2066x\\u2069"),
            ("\u{0}\u{7}\u{8}\u{7F}\t", "\\u0000\\u0007\\u0008\\u007F\\t"),
            ("\u{9B}2J\u{85}\u{2028}\u{2029}", "\\u009B2J\\u0085\\u2028\\u2029"), ("\r\n", "\\r\\n"),
            ("\u{200B}\u{FEFF}\u{E0041}", "\\u200B\\uFEFF\\uE0041"),
            (#"张三 {"a":"b\n"} é e\#u{301} 😀"#, #"张三 {"a":"b\n"} é e\#u{301} 😀"#), ("", ""),
        ])
    func lineEnds(_ text: String, _ shown: String) {
        #expect(TerminalText.escaped(text) == shown)
    }

    @Test("A table's cells cannot make lines of their own")
    func tableCellsCannotMake() {
        var table = TextTable("A", "B")
        table.add("x\ny", "\u{1B}[1m")
        #expect(table.lines == ["A     B", "x\\ny  \\u001B[1m"])
    }
}
