import Foundation
import Testing

@testable import Sandbox

@Suite("The sandbox's documentation")
struct DocumentationTests {
    @Test("docs/sandbox.md tells of every fault")
    func kinds() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let text = try String(contentsOf: root.appending(path: "docs/sandbox.md"), encoding: .utf8)
        for kind in SandboxFault.kinds where kind != "error" {
            #expect(text.contains("| `sandbox:\(kind)`") || text.contains("| `sandbox:\(kind)="), "\(kind)")
        }
        #expect(text.contains("`error`"))
    }
}
