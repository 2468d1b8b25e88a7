package import JSON
package import TOP

extension Entry {
    /// Checks a caller's JSON, and the files that came beside it, and turns them into what TOP gets.
    ///
    /// Nothing is lost and nothing is guessed: numbers and texts keep every character; a call with any fault is
    /// refused with all of them.
    /// - Parameters:
    ///   - files: named as the caller named them.
    ///   - repeatedNames: names that the caller gave a second time, beside the JSON.
    ///   - constants: names of parameters that the app sends with each call. The caller cannot give them.
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
