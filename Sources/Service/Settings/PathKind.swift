import FoundationEssentials

/// What a setting's path leads to.
enum PathKind: String, Sendable {
    case file
    case folder

    /// Whether there is a thing of this kind that the process may read.
    func exists(at path: String) -> Bool {
        var isFolder = false
        let files = FileManager.default
        guard files.fileExists(atPath: path, isDirectory: &isFolder), files.isReadableFile(atPath: path) else {
            return false
        }
        return isFolder == (self == .folder)
    }
}
