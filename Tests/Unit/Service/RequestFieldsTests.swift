import HTTP1
import Problems
import Relay
import Testing

@testable import Service

@Suite struct RequestFieldsTests {
    @Test("Fields are found as the look-up of a single one finds them, in whatever case and number")
    func sameAsLookUps() throws {
        let names = [
            "Top-App", "Top-Ref", "Top-Seller", "Top-Dry-Run", "traceparent", "X-Request-Id", "Authorization",
            "Idempotency-Key", "Top_App", "Content-Type", "Content-Encoding", "Host", "XTop-Seller", "Top-Re`",
        ]
        for _ in 0..<3000 {
            var headers = HeaderFields()
            for number in 0..<Int.random(in: 0...6) {
                let name = names.randomElement() ?? ""
                headers.add(
                    name: [name, name.lowercased(), name.uppercased()].randomElement() ?? name,
                    value: Bool.random() ? "" : "v\(number)")
            }
            let fields = RequestFields(headers)
            #expect(
                fields.authorization.map { String(decoding: $0, as: UTF8.self) }
                    == headers.first(name: "Authorization"))
            #expect(fields.contentType == headers.first(name: "Content-Type"))
            #expect(fields.contentEncoding == headers.first(name: "Content-Encoding"))
            #expect(fields.traceParent == headers.first(name: "traceparent"))
            #expect(fields.refs == headers["Top-Ref"])
            for field in [fields.app, fields.seller, fields.dryRun, fields.requestID, fields.idempotencyKey] {
                let values = headers["\(field.name)"]
                guard values.count <= 1 else {
                    let problem = #expect(throws: Problem.self) { try field.value() }
                    #expect(problem?.detail == "The header \(field.name) is given \(values.count) times.")
                    continue
                }
                #expect(try field.value(emptyIsAbsent: false) == values.first)
                #expect(try field.value() == (values.first == "" ? nil : values.first))
            }
        }
    }
}
