import Foundation

/// The project's files, as they lie in the tree that this test was compiled from.
enum Repository {
    static let root = #filePath.components(separatedBy: "/Tests/DeployTests/")[0]

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }
}
