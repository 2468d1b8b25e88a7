internal import CMigrations

/// The database's schema, embedded in the binary: the files of the folder `migrations`.
public enum Migrations {
    /// Every file by its number, with its text.
    public static var files: [(name: String, sql: String)] {
        (0..<cmigrations_count()).map { index in
            let file = cmigrations_at(index)
            let bytes = UnsafeBufferPointer(start: file.bytes, count: Int(file.length))
            return (String(cString: file.name), String(decoding: bytes, as: UTF8.self))
        }
    }
}
