import Foundation
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's documentation")
struct DocumentationTests {
    @Test("The page docs/sandbox.md tells of every fault")
    func pageDocsSandboxMd() throws {
        let text = try Repository.text("docs/sandbox.md")
        for kind in SandboxFault.kinds where kind != "error" {
            #expect(text.contains("| `sandbox:\(kind)`") || text.contains("| `sandbox:\(kind)="), "\(kind)")
        }
        #expect(text.contains("`error`"))
    }
}
