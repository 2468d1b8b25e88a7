extension ResponseNode {
    /// A response with the member `flag` in front, unless it has one.
    func withFlag(_ flag: String) -> ResponseNode {
        guard case .object(let members) = self, !members.contains(where: { $0.name == "flag" }) else { return self }
        return .object([("flag", .text(flag))] + members)
    }

    /// An error in the spelling of the Qimen cloud.
    func asFlagFailure() -> ResponseNode {
        guard case .object(let members) = self else { return self }
        let spellings = ["msg": "message", "sub_msg": "sub_message"]
        return ResponseNode.object(members.map { (spellings[$0.name] ?? $0.name, $0.value) }).withFlag("failure")
    }
}
