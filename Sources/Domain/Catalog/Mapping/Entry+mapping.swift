package import JSON
import Masking
package import TOP

extension Entry {
    /// Checks a caller's JSON and files, and maps them to the parameters for TOP.
    ///
    /// Numbers and texts keep every character. A call with a fault is refused, and the result has all faults.
    /// - Parameters:
    ///   - files: the files, with the caller's names.
    ///   - repeatedNames: the names of parts that repeat a name of the JSON or of another part.
    ///   - constants: the names of parameters that the app sends with each call. The caller cannot give them.
    package func map(
        _ body: JSONDocument, files: [FilePart] = [], repeatedNames: [String] = [], idempotency: IdempotencyKey? = nil,
        constants: Set<String> = []
    ) -> MappingResult {
        var mapper = Mapper(idempotency: idempotency, expectationCount: expectationCount, isPersonal: isPersonal)
        mapper.constants = constants
        for name in repeatedNames { mapper.fault(at: name, .duplicate, "given twice, the second time as a part") }
        if isRaw { mapper.rawRequest(body.root, level) } else { mapper.request(body.root, files: files, level) }
        guard mapper.faults.isEmpty else { return .refused(mapper.faults) }
        let mask = ValueMask(mapper.sensitive, sparing: mapper.spared)
        return .mapped(
            MappedCall(
                list: mapper.parameters, files: mapper.files, maskedRequest: mapper.maskedRequest(by: mask),
                keys: mapper.keys.kept,
                requestID: mapper.requestID, mask: mask, expectations: mapper.expectations))
    }
}
