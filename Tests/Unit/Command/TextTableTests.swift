import Testing

@testable import toprelay

@Suite struct TextTableTests {
    @Test("Columns are as wide as their widest cell and two spaces more; the last one is not padded")
    func columnsAreAsWide() {
        var table = TextTable("NAME", "APP", "N")
        table.add("a", "application", "1")
        table.add("longer name", "", "22")
        #expect(
            table.lines == [
                "NAME         APP          N",
                "a            application  1",
                "longer name               22",
            ])
    }

    @Test("A Chinese character takes two columns")
    func chineseCharacterTakesTwoColumns() {
        var table = TextTable("店", "x")
        table.add("abcd", "y")
        table.add("东店", "z")
        #expect(table.lines == ["店    x", "abcd  y", "东店  z"])
    }

    @Test(
        "Widths are those of a terminal",
        arguments: [("", 0), ("abc", 3), ("你好", 4), ("é", 1), ("ｱ", 1), ("Ａ", 2), ("한", 2), ("😀", 2), ("a，b", 4)])
    func widthsAreThoseOfTerminal(_ text: String, _ width: Int) {
        #expect(TextTable.width(text) == width)
    }

    @Test("Marks that join the character before take no column of their own")
    func marksThatJoinCharacter() {
        #expect(TextTable.width("e\u{301}") == 1)
        #expect(TextTable.width("\u{200B}") == 0)
    }

    @Test("A table of its head alone is one line")
    func tableOfItsHead() {
        #expect(TextTable("A", "B").lines == ["A  B"])
    }
}
