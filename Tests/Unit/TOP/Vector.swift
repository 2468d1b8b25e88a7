import Foundation
import JSON
import TOP
import TestSupport
import Testing

/// One known answer of `sign-vectors.json`.
struct Vector: Sendable, CustomTestStringConvertible {
    let id: String
    let secret: String
    let parameters: [Parameter]
    let body: [UInt8]?
    let method: SignMethod
    let sign: String

    var testDescription: String { id }

    static func all() throws -> [Vector] {
        let root = try JSONDocument(Array(Repository.text("Tests/Fixtures/sign-vectors.json").utf8)).root
        return try root.elements.map(Vector.init)
    }

    private struct Incomplete: Error {}

    private init(_ value: JSONValue) throws {
        guard let id = value["id"]?.string, let secret = value["secret"]?.string, let params = value["params"],
            let method = value["method"]?.string.flatMap(SignMethod.init(rawValue:)), let sign = value["sign"]?.string
        else { throw Incomplete() }
        self.id = id
        self.secret = secret
        self.method = method
        self.sign = sign
        parameters = params.members.map { Parameter(name: $0.name, value: $0.value.string ?? "") }
        body = value["body"]?.string.map { Array($0.utf8) }
    }
}
