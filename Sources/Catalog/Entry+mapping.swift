public import JSON

extension Entry {
    /// Checks a caller's JSON and turns it into what TOP gets.
    ///
    /// Nothing is lost and nothing is guessed: numbers and texts keep every character; a call with any fault is
    /// refused with all of them.
    public func map(_ body: JSONDocument, idempotency: IdempotencyKey? = nil) -> MappingResult {
        var mapper = Mapper(idempotency: idempotency, expectationCount: expectationCount, isPersonal: isPersonal)
        mapper.request(body.root, level)
        guard mapper.faults.isEmpty else { return .refused(mapper.faults.all) }
        let mask = ValueMask(mapper.sensitive)
        return .mapped(
            MappedCall(
                parameters: mapper.parameters, files: mapper.files, maskedRequest: mapper.maskedRequest(by: mask),
                keys: mapper.keys,
                requestID: mapper.requestID, mask: mask, expectations: mapper.expectations))
    }
}
