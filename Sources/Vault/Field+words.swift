import Postgres

extension Field {
    /// The items of an array of words that `array_to_string(…, ' ')` joined.
    var words: [String] { (text ?? "").split(separator: " ").map(String.init) }
}
