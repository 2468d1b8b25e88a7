extension [Field] {
    /// Whether these fields of a response include a Boolean that tells success, without an outcome rule.
    package var tellSuccess: Bool { !successPaths.isEmpty }

    /// Where the Booleans stand that tell success.
    package var successPaths: [[String]] { Judgement.successPaths(in: self, depth: Judgement.successDepth) }
}
