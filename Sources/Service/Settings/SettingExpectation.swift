/// Why a text is no value of a setting: what was expected, as a part of a sentence that never quotes the text.
struct SettingExpectation: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}
