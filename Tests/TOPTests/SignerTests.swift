import Crypto
import JSON
import TOP
import Testing

@Suite("Signing")
struct SignerTests {
    @Test("every known-answer vector comes out", arguments: try Vector.all())
    func vector(_ vector: Vector) throws {
        let signer = Signer(method: vector.method, secret: Secret(vector.secret))
        #expect(try signer.sign(vector.parameters, body: vector.body) == vector.sign)
        #expect(try signer.sign(vector.parameters.reversed(), body: vector.body) == vector.sign)
    }

    @Test("there are as many vectors as there should be")
    func vectorCount() throws {
        #expect(try Vector.all().count >= 15)
    }
}
