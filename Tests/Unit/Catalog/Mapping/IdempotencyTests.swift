import TOP
import Testing

@testable import Catalog

@Suite("Request ids")
struct IdempotencyTests {
    private let without = Example.cardSale.replacing(#""request_id":"566754323224","#, with: "")

    @Test("The caller's own request id is sent, whatever the header says")
    func callerOwnRequestId() throws {
        let call = try mapped(cardSales, Example.cardSale, key: "derived")
        #expect(call.requestID == "566754323224")
        #expect(call.value("param_batch_open_card_open_req")?.contains(#""request_id":"566754323224""#) == true)
    }

    @Test("A request id that is left out, null or blank is derived", arguments: ["", "null,", "\"\",", "\" \","])
    func requestIdThatIsLeft(written: String) throws {
        let member = written.isEmpty ? "" : "\"requestId\":\(written)"
        let text = Example.cardSale.replacing(#""request_id":"566754323224","#, with: member)
        let call = try mapped(cardSales, text, key: "c0ffee")
        #expect(call.requestID == "c0ffee")
        #expect(
            call.value("param_batch_open_card_open_req")?.contains(
                #""out_brand_id":"33959","request_id":"c0ffee","brand_id""#) == true)
        #expect(call.keys.contains(BusinessKey(name: "request_id", value: "c0ffee", isSensitive: false)))
    }

    @Test("With neither, the call is refused at the field")
    func withNeither() throws {
        #expect(
            try refused(cardSales, without) == [
                "/param_batch_open_card_open_req/request_id: is required: give it, or send the header "
                    + "Idempotency-Key, of which it is derived"
            ])
        let address = Example.address.replacing(#""request_id":"1656674541000_001","#, with: "")
        #expect(try refused(addressAbilities, address).count == 1)
        #expect(try mapped(addressAbilities, address, key: "k").requestID == "k")
    }

    @Test("A method without a request id ignores the header")
    func methodWithoutRequestId() throws {
        let call = try mapped(carProfiles, Example.carProfile, key: "k")
        #expect(call.requestID == nil)
        #expect(!call.parameters.contains { $0.value.contains("\"k\"") })
        #expect(try !entry(carProfiles).isIdempotent)
        #expect(try entry(cardSales).isIdempotent)
    }

    @Test("A request id of the wrong type is a fault, not a reason to derive one")
    func wrongType() throws {
        let text = Example.cardSale.replacing(#""566754323224""#, with: "566754323224")
        #expect(
            try refused(cardSales, text, key: "k") == [
                "/param_batch_open_card_open_req/request_id: must be a text (a JSON string), not a number"
            ])
    }
}
