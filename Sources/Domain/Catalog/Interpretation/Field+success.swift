extension [Field] {
    /// Whether these fields of a response include a Boolean that tells success, without an outcome rule.
    package var tellSuccess: Bool { !Judgement.successPaths(in: self, depth: Judgement.successDepth).isEmpty }
}
